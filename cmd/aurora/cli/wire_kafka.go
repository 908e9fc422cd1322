package cli

import (
	"context"
	"net"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/config"
	"github.com/aurora-analytics/aurora/pkg/devbroker"
	"github.com/aurora-analytics/aurora/pkg/kafka"
	"github.com/aurora-analytics/aurora/pkg/stack"
)

// defaultKafka is where a Kafka is looked for when nothing names one.
const defaultKafka = "127.0.0.1:9092"

// kafkaFlags are the flags of every command that speaks to Kafka.
type kafkaFlags struct {
	brokers   []string
	protocol  string
	mechanism string
	user      string
	password  string
	caFile    string
	insecure  bool
}

func addKafkaFlags(cmd *cobra.Command) *kafkaFlags {
	k, f := &kafkaFlags{}, cmd.PersistentFlags()
	f.StringSliceVar(&k.brokers, "brokers", nil, "Kafka brokers, HOST:PORT (default: the configuration, then the broker of the local stack, then "+defaultKafka+")")
	f.StringVar(&k.protocol, "security-protocol", "", "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL")
	f.StringVar(&k.mechanism, "sasl-mechanism", "", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")
	f.StringVar(&k.user, "sasl-user", "", "user at Kafka")
	f.StringVar(&k.password, "sasl-password", "", "reference to the password: ${env:NAME} or ${file:PATH}")
	f.StringVar(&k.caFile, "ca-file", "", "certificate authority of the brokers (PEM)")
	f.BoolVar(&k.insecure, "insecure-kafka", false, "allow an unencrypted connection beyond this machine")
	completeValues(cmd, "security-protocol", []string{aurora.ProtocolPlaintext, aurora.ProtocolSSL, aurora.ProtocolSASLPlaintext, aurora.ProtocolSASLSSL})
	completeValues(cmd, "sasl-mechanism", []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
	return k
}

// broker gives the Kafka that flags and configuration name.
func (k *kafkaFlags) broker(a *app) (aurora.Broker, error) {
	c, err := a.config()
	if err != nil {
		return aurora.Broker{}, err
	}
	b := a.defaultBroker(c)
	if len(k.brokers) > 0 {
		b.Addresses = k.brokers
	}
	for _, o := range []struct{ flag, field *string }{
		{&k.protocol, &b.Protocol}, {&k.mechanism, &b.SASLMechanism}, {&k.user, &b.SASLUser},
		{&k.password, &b.SASLPassword}, {&k.caFile, &b.CAFile},
	} {
		if *o.flag != "" {
			*o.field = *o.flag
		}
	}
	b.CAFile = a.proc.Path(b.CAFile)
	b.Insecure = b.Insecure || k.insecure
	return b, nil
}

// defaultBroker gives the Kafka to use where no flag names one: the one of the
// configuration, or the development broker of the local stack.
func (a *app) defaultBroker(c *config.Config) aurora.Broker {
	b := c.Kafka
	if len(b.Addresses) > 0 {
		return b
	}
	b.Addresses = []string{defaultKafka}
	if _, err := devbroker.Find(stack.Dir(c.DataDir).Run("")); err == nil {
		b.Addresses = []string{aurora.LocalBroker}
	}
	return b
}

// located puts the address of the development broker in the place of its name. One that
// does not run is looked for where it should be: the error then names that address.
func (a *app) located(b aurora.Broker) aurora.Broker {
	if !slices.Equal(b.Addresses, []string{aurora.LocalBroker}) {
		return b
	}
	port := stack.DefaultBrokerPort
	if c, err := a.config(); err == nil {
		dir := stack.Dir(c.DataDir)
		if r, err := devbroker.Find(dir.Run("")); err == nil {
			b.Addresses = []string{r.Address}
			return b
		}
		if spec, ok := dir.ReadSpec(); ok && spec.BrokerPort != 0 {
			port = spec.BrokerPort
		}
	}
	b.Addresses = []string{net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	return b
}

// kafkaOptions are what every Kafka client of a command gets.
func (a *app) kafkaOptions() kafka.Options {
	return kafka.Options{Secrets: kafka.Secrets(a.proc.Getenv), Log: a.log()}
}

func (a *app) kafkaAdmin(ctx context.Context, b aurora.Broker) (*kafka.Admin, error) {
	return kafka.NewAdmin(ctx, a.located(b), a.kafkaOptions())
}

func (a *app) kafkaProducer(ctx context.Context, b aurora.Broker) (*kafka.Producer, error) {
	return kafka.NewProducer(ctx, a.located(b), a.kafkaOptions())
}
