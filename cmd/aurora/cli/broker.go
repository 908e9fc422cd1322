package cli

import (
	"context"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/demo"
	"github.com/aurora-analytics/aurora/pkg/devbroker"
	"github.com/aurora-analytics/aurora/pkg/stack"
)

type brokerOptions struct {
	Out *Output
	Log *slog.Logger
	Run func(context.Context, devbroker.Config, func(devbroker.Running)) error

	DataDir    string
	Port       int
	Exact      bool
	Durability string
}

func newBrokerCommand(a *app) *cobra.Command {
	o := &brokerOptions{Run: devbroker.Run}
	cmd := &cobra.Command{
		Use: "broker", Short: "run the development Kafka broker alone", Args: cobra.NoArgs,
		Long: "Run a broker for development in the foreground. It speaks the Kafka protocol on loopback\n" +
			"until it is interrupted, and keeps its records in the data folder. It is made for people\n" +
			"who have no Kafka yet, not for production. `aurora up --broker` runs it in the background.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			o.Out, o.Log, o.DataDir = a.out, a.daemonLog(), c.DataDir
			o.Exact = cmd.Flags().Changed("port")
			return brokerRun(cmd.Context(), o)
		},
	}
	cmd.Flags().IntVar(&o.Port, "port", 19092, "port on loopback; 0 means any free one")
	cmd.Flags().StringVar(&o.Durability, "durability", devbroker.DurabilityProcess,
		"what an acknowledged record survives: process (the end of the process) or power (a power cut; slower)")
	return cmd
}

func brokerRun(ctx context.Context, o *brokerOptions) error {
	if err := checkPort(o.Port); err != nil {
		return err
	}
	config := devbroker.Config{
		DataDir: o.DataDir, Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)), Exact: o.Exact,
		Durability: o.Durability, Version: Version, Log: o.Log,
	}
	return o.Run(ctx, config, func(r devbroker.Running) { o.Out.Done("broker answers at %s", r.Address) })
}

type generatorOptions struct {
	Admin    func(context.Context) (topicAdmin, error)
	Producer func(context.Context) (recordProducer, error)
	Announce func() (withdraw func(), err error)
	Out      *Output

	Topic string
	Rate  int
	Seed  uint64
}

// newDemoGeneratorCommand makes the hidden command that `up --demo` runs.
func newDemoGeneratorCommand(a *app) *cobra.Command {
	o := &generatorOptions{}
	cmd := &cobra.Command{
		Use: "demo-generator", Short: "send live click events to a topic", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = a.out
			return generatorRun(cmd.Context(), o)
		},
	}
	flags := addKafkaFlags(cmd)
	o.Admin = func(ctx context.Context) (topicAdmin, error) {
		b, err := flags.broker(a)
		if err != nil {
			return nil, err
		}
		return a.kafkaAdmin(ctx, b)
	}
	o.Producer = func(ctx context.Context) (recordProducer, error) {
		b, err := flags.broker(a)
		if err != nil {
			return nil, err
		}
		return a.kafkaProducer(ctx, b)
	}
	o.Announce = a.announceGenerator
	cmd.Flags().StringVar(&o.Topic, "topic", stack.DemoTopic, "topic to send to; it is made where it is missing")
	cmd.Flags().IntVar(&o.Rate, "rate", stack.DemoRate, "events a second")
	cmd.Flags().Uint64Var(&o.Seed, "seed", 1, "equal seeds make equal events")
	return cmd
}

// announceGenerator writes the run file of the generator.
func (a *app) announceGenerator() (withdraw func(), err error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	dir := stack.Dir(c.DataDir)
	if err := dir.Prepare(); err != nil {
		return nil, err
	}
	err = dir.WriteRunFile(stack.PartGenerator, stack.RunFile{PID: os.Getpid(), Version: Version, Started: a.proc.Now()})
	return func() { dir.RemoveRunFile(stack.PartGenerator) }, err
}

func generatorRun(ctx context.Context, o *generatorOptions) error {
	if err := ensureTopic(ctx, o); err != nil {
		return err
	}
	producer, err := o.Producer(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = producer.Close() }()
	withdraw, err := o.Announce()
	if err != nil {
		return err
	}
	defer withdraw()
	o.Out.Done("sending %d events/s to topic %s", o.Rate, o.Topic)
	err = demo.Run(ctx, demo.Clicks(o.Seed), o.Rate, func(key, value []byte) error {
		return producer.Produce(ctx, o.Topic, key, value)
	})
	if ctx.Err() != nil {
		err = nil // it was asked to stop
	}
	if err != nil {
		return err
	}
	flushing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return producer.Flush(flushing)
}

// ensureTopic makes the topic where it is missing.
func ensureTopic(ctx context.Context, o *generatorOptions) error {
	admin, err := o.Admin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }()
	_, err = admin.Topic(ctx, o.Topic)
	if err != nil && aurora.AsError(err).Code == aurora.CodeTopicUnknown {
		return admin.CreateTopic(ctx, o.Topic, 6)
	}
	return err
}
