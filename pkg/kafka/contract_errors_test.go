//go:build cgo

package kafka_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/kafka"
	kafkatest "github.com/aurora-analytics/aurora/test/kafka"
)

func TestAnUnknownTopicIsNamedWithTheNearest(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		topic := newTopic(t, b, 1)
		typo := topic[:len(topic)-1]
		_, err := openAdmin(t, b).Topic(t.Context(), typo)
		e := wantCode(t, err, aurora.CodeTopicUnknown)
		if !strings.Contains(e.Title, typo) || !strings.Contains(e.Detail, topic) {
			t.Errorf("%s: %s", e.Title, e.Detail)
		}
		m := join(t, b, options(t, typo), nil)
		problem := m.awaitProblem(aurora.CodeTopicUnknown)
		wantCode(t, problem.Err, aurora.CodeTopicUnknown)
	})
}

func TestProducingToAnUnknownTopicFails(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		p, err := kafka.NewProducer(t.Context(), b, kafka.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = p.Close() }()
		err = p.Produce(t.Context(), kafkatest.Name(t), nil, []byte("v"))
		wantCode(t, errors.Join(err, p.Flush(t.Context())), aurora.CodeTopicUnknown)
		if delivered, failed := p.Counts(); delivered != 0 || failed != 1 {
			t.Errorf("%d delivered, %d failed", delivered, failed)
		}
	})
}

func TestTopicsAreMadeOnceAndListed(t *testing.T) {
	contract(t, func(t *testing.T, b aurora.Broker) {
		admin := openAdmin(t, b)
		name := kafkatest.Name(t)
		if err := admin.CreateTopic(t.Context(), name, 4); err != nil {
			t.Fatal(err)
		}
		wantCode(t, admin.CreateTopic(t.Context(), name, 4), aurora.CodeTopicExists)
		wantCode(t, admin.CreateTopic(t.Context(), "not a name", 4), aurora.CodeUsage)
		fill(t, b, name, 100)
		topics, err := admin.Topics(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, topic := range topics {
			if topic.Name != name {
				continue
			}
			if len(topic.Partitions) != 4 || topic.Records != 100 || topic.ID == "" {
				t.Errorf("%+v", topic)
			}
			return
		}
		t.Errorf("%s is not among %v", name, topics)
	})
}

func TestAClosedPortIsToldSoonWithItsCause(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := aurora.Broker{Addresses: []string{listener.Addr().String()}}
	_ = listener.Close()
	began := time.Now()
	_, err = kafka.NewAdmin(t.Context(), b, kafka.Options{})
	wantAway(t, err)
	_, err = kafka.NewConsumer(t.Context(), b, kafka.ConsumerOptions{Topic: "t", Group: "g"}, nil)
	wantAway(t, err)
	_, err = kafka.NewProducer(t.Context(), b, kafka.Options{})
	wantAway(t, err)
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

func wantAway(t *testing.T, err error) {
	t.Helper()
	e := wantCode(t, err, aurora.CodeKafkaAway)
	if !strings.Contains(e.Detail, "connection refused") || e.ExitStatus() != aurora.ExitConnection {
		t.Errorf("%s (exit %d)", e.Detail, e.ExitStatus())
	}
}

// A port that takes connections and never answers, as a wrong service may.
func TestASilentPortIsToldInTime(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	began := time.Now()
	_, err = kafka.NewAdmin(t.Context(), aurora.Broker{Addresses: []string{listener.Addr().String()}}, kafka.Options{})
	wantCode(t, err, aurora.CodeKafkaAway)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = kafka.NewAdmin(ctx, aurora.Broker{Addresses: []string{listener.Addr().String()}}, kafka.Options{})
	if e := aurora.AsError(err); e == nil || e.Code != aurora.CodeTimeout {
		t.Errorf("got %v, want the end of the time limit", err)
	}
}

// The listeners of a real Kafka, each met in the right and in a wrong way.
func TestSecurity(t *testing.T) {
	t.Parallel()
	k := kafkatest.Start(t)
	secrets := kafka.Secrets(func(name string) string {
		return map[string]string{"GOOD": kafkatest.Password, "BAD": "wrong"}[name]
	})
	sasl := func(address, protocol, mechanism, secret, ca string) aurora.Broker {
		return aurora.Broker{Addresses: []string{address}, Protocol: protocol, SASLMechanism: mechanism, SASLUser: kafkatest.User, SASLPassword: secret, CAFile: ca}
	}
	tests := []struct {
		name   string
		broker aurora.Broker
		want   aurora.Code // "" is success
		exit   aurora.Exit
	}{
		{"plain", sasl(k.SASL, "SASL_PLAINTEXT", "PLAIN", "${env:GOOD}", ""), "", 0},
		{"scram", sasl(k.SASL, "sasl_plaintext", "SCRAM-SHA-256", "${env:GOOD}", ""), "", 0},
		{"plain over TLS", sasl(k.SASLSSL, "SASL_SSL", "PLAIN", "${env:GOOD}", k.CAFile), "", 0},
		{"scram over TLS", sasl(k.SASLSSL, "SASL_SSL", "SCRAM-SHA-256", "${env:GOOD}", k.CAFile), "", 0},
		{"TLS", aurora.Broker{Addresses: []string{k.SSL}, Protocol: "SSL", CAFile: k.CAFile}, "", 0},
		{"wrong password", sasl(k.SASL, "SASL_PLAINTEXT", "PLAIN", "${env:BAD}", ""), aurora.CodeKafkaAuth, aurora.ExitAuth},
		{"wrong password, scram over TLS", sasl(k.SASLSSL, "SASL_SSL", "SCRAM-SHA-256", "${env:BAD}", k.CAFile), aurora.CodeKafkaAuth, aurora.ExitAuth},
		{"mechanism that is not offered", sasl(k.SASL, "SASL_PLAINTEXT", "SCRAM-SHA-512", "${env:GOOD}", ""), aurora.CodeKafkaAuth, aurora.ExitAuth},
		{"authority that is not known", aurora.Broker{Addresses: []string{k.SSL}, Protocol: "SSL"}, aurora.CodeKafkaTLS, aurora.ExitConnection},
		{"TLS to a plaintext port", aurora.Broker{Addresses: []string{k.Address}, Protocol: "SSL", CAFile: k.CAFile}, aurora.CodeKafkaTLS, aurora.ExitConnection},
		{"plaintext to a TLS port", aurora.Broker{Addresses: []string{k.SSL}}, aurora.CodeKafkaTLS, aurora.ExitConnection},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			admin, err := kafka.NewAdmin(t.Context(), tt.broker, kafka.Options{Secrets: secrets})
			t.Logf("after %v: %v", time.Since(began).Round(time.Millisecond), err)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if _, err := admin.Topics(t.Context()); err != nil {
					t.Error(err)
				}
				_ = admin.Close()
				return
			}
			e := wantCode(t, err, tt.want)
			if e.ExitStatus() != tt.exit {
				t.Errorf("exit %d, want %d", e.ExitStatus(), tt.exit)
			}
			if strings.Contains(e.Title+e.Detail+e.Hint, "wrong") && tt.want == aurora.CodeKafkaAuth {
				t.Errorf("the error tells the password: %+v", e)
			}
		})
	}
}

func TestAConsumerTellsAWrongPassword(t *testing.T) {
	t.Parallel()
	k := kafkatest.Start(t)
	b := aurora.Broker{Addresses: []string{k.SASL}, Protocol: "SASL_PLAINTEXT", SASLUser: kafkatest.User, SASLPassword: "${env:BAD}"}
	o := options(t, "any")
	o.Secrets = kafka.Secrets(func(string) string { return "wrong" })
	m := join(t, b, o, nil)
	if problem := m.awaitProblem(aurora.CodeKafkaAuth); problem.Fatal {
		t.Errorf("%+v: a password may be corrected at the broker", problem)
	}
}

func TestClosingSurvivesABrokerThatIsGone(t *testing.T) {
	t.Parallel()
	address, stop := startDevBroker(t)
	b := aurora.Broker{Addresses: []string{address}}
	topic := newTopic(t, b, 1)
	m := join(t, b, options(t, topic), nil)
	m.awaitOwned(1)
	p, err := kafka.NewProducer(t.Context(), b, kafka.Options{})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	m.awaitProblem(aurora.CodeKafkaAway)
	began := time.Now()
	m.stop()
	_ = p.Close()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("closing took %v", took)
	}
}
