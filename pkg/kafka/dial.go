package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// dialPatience bounds the first connection. The driver itself would say
// nothing but "transport failure", after the whole time limit of the call.
const dialPatience = 3 * time.Second

// reachable tells whether any of the addresses accepts a connection.
func reachable(ctx context.Context, addresses []string) error {
	dialling, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	results := make(chan error, len(addresses))
	for _, address := range addresses {
		go func() { // ends with the dial, which the context bounds
			var dialer net.Dialer
			connection, err := dialer.DialContext(dialling, "tcp", address)
			if err == nil {
				err = connection.Close()
			}
			results <- err
		}()
	}
	var first error
	for range addresses {
		err := <-results
		if err == nil {
			return nil
		}
		first = errors.Join(first, err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &aurora.Error{Code: aurora.CodeKafkaAway, Title: "cannot reach Kafka at " + strings.Join(addresses, ", "),
		Detail: dialCause(first), Hint: awayHint, Err: first}
}

const awayHint = "aurora up --broker, or pass --brokers HOST:PORT"

func dialCause(err error) string {
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused; nothing listens on that port"
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %s has no address", dns.Name)
	case errors.As(err, &network) && network.Timeout():
		return fmt.Sprintf("no answer within %v", dialPatience)
	}
	return err.Error()
}
