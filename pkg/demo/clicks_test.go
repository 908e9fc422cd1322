package demo

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

type click struct {
	TS       time.Time `json:"ts"`
	User     int64     `json:"user_id"`
	Session  string    `json:"session_id"`
	Page     string    `json:"page"`
	Country  string    `json:"country"`
	Device   string    `json:"device"`
	Browser  string    `json:"browser"`
	Referrer string    `json:"referrer"`
	Duration int64     `json:"duration_ms"`
	Price    *float64  `json:"price"`
}

func TestEventsAreJSONAndCredible(t *testing.T) {
	t.Parallel()
	g, at := Clicks(1), time.Date(2026, 3, 1, 12, 0, 0, 7e6, time.UTC)
	bought, pages := 0, map[string]int{}
	for range 20_000 {
		key, value := g.Next(at)
		var c click
		if err := json.Unmarshal(value, &c); err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		if !c.TS.Equal(at) || c.User == 0 || c.Session != string(key) || c.Country == "" || c.Device == "" || c.Browser == "" || c.Referrer == "" || c.Duration < 200 {
			t.Fatalf("key %s: %s", key, value)
		}
		if (c.Price != nil) != (c.Page == "/checkout/thanks") {
			t.Fatalf("a price belongs to a purchase and to nothing else: %s", value)
		}
		if c.Price != nil {
			bought++
		}
		pages[c.Page]++
	}
	if bought < 100 || bought > 4000 || len(pages) != 11 {
		t.Errorf("%d purchases on %d pages: %v", bought, len(pages), pages)
	}
}

func TestEqualSeedsMakeEqualEvents(t *testing.T) {
	t.Parallel()
	a, b, c, at := Clicks(7), Clicks(7), Clicks(8), time.Now()
	differ := false
	for range 1000 {
		_, x := a.Next(at)
		_, y := b.Next(at)
		_, z := c.Next(at)
		if string(x) != string(y) {
			t.Fatalf("%s\n%s", x, y)
		}
		differ = differ || string(x) != string(z)
	}
	if !differ {
		t.Error("another seed made the same events")
	}
}

func TestRunKeepsTheRateAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	n := 0
	if err := Run(ctx, Clicks(1), 1000, func(_, _ []byte) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	if n < 500 || n > 1050 {
		t.Errorf("%d events in a second, want about 1000", n)
	}
}

func TestRunEndsWhenProduceFails(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	if err := Run(t.Context(), Clicks(1), 1000, func(_, _ []byte) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}
