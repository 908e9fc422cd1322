package demo

import (
	"context"
	"time"
)

// tick is how often Run catches up with the clock.
const tick = 20 * time.Millisecond

// Run produces live clicks, rate of them a second, until ctx ends (which is no
// error) or produce fails. After a pause (a suspended machine) it goes on at
// the same rate and does not make up for the time.
func Run(ctx context.Context, g *Generator, rate int, produce func(key, value []byte) error) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	owed, last := 0.0, time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		now := time.Now()
		owed += float64(rate) * min(now.Sub(last), time.Second).Seconds()
		last = now
		for ; owed >= 1; owed-- {
			key, value := g.Next(now)
			if err := produce(key, value); err != nil {
				return err
			}
		}
	}
}
