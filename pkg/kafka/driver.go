//go:build cgo

package kafka

import (
	"context"
	"log/slog"
	"maps"
	"sync"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// client is what consumers, producers and admins share: settings, the
// translation of errors, and the driver's log.
type client struct {
	*translator
	settings map[string]string
	lines    chan kafka.LogEvent
	reading  sync.WaitGroup
}

// dial checks the settings and that somebody listens at the broker's address,
// and starts to listen to the driver's log, which hangUp ends.
func dial(ctx context.Context, b aurora.Broker, secrets func(string) (string, error), log *slog.Logger) (*client, error) {
	s, err := settings(b, secrets)
	if err != nil {
		return nil, err
	}
	b.Addresses, _ = normalize(b.Addresses)
	if err := reachable(ctx, b.Addresses); err != nil {
		return nil, err
	}
	c := &client{translator: newTranslator(b), settings: s, lines: make(chan kafka.LogEvent, 64)}
	c.reading.Go(func() { // ends with hangUp
		log := logger(log)
		for line := range c.lines {
			c.log(line)
			log.Debug("kafka driver", "tag", line.Tag, "message", line.Message)
		}
	})
	return c, nil
}

// hangUp ends the listening; the driver must be closed before.
func (c *client) hangUp() {
	close(c.lines)
	c.reading.Wait()
}

// config gives the settings that every client has, and extra ones.
func (c *client) config(extra kafka.ConfigMap) *kafka.ConfigMap {
	config := kafka.ConfigMap{
		"client.id":              "aurora",
		"go.logs.channel.enable": true, // the cause of some failures stands only in the log
		"go.logs.channel":        c.lines,
		"log_level":              6,
		"socket.nagle.disable":   true,
		// A broker that comes back is found soon; the default waits up to 10 s.
		"reconnect.backoff.max.ms": 1000,
	}
	for key, value := range c.settings {
		config[key] = value
	}
	maps.Copy(config, extra)
	return &config
}
