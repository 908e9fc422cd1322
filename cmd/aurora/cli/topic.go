package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// topicAdmin is what the topic commands ask of Kafka.
type topicAdmin interface {
	Topics(ctx context.Context) ([]aurora.Topic, error)
	Topic(ctx context.Context, name string) (aurora.Topic, error)
	CreateTopic(ctx context.Context, name string, partitions int) error
	Sample(ctx context.Context, topic string, n int) ([]aurora.Record, error)
	Close() error
}

type topicOptions struct {
	Admin func(context.Context) (topicAdmin, error)
	Out   *Output

	Name       string
	Partitions int
	Limit      int
	Raw        bool
}

func newTopicCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "topic", Aliases: []string{"topics"}, Short: "list, make, fill and look into Kafka topics"}
	flags := addKafkaFlags(cmd)
	o := &topicOptions{Admin: func(ctx context.Context) (topicAdmin, error) {
		b, err := flags.broker(a)
		if err != nil {
			return nil, err
		}
		return a.kafkaAdmin(ctx, b)
	}}
	run := func(work func(context.Context, *topicOptions, topicAdmin) error) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, args []string) error {
			if o.Out = a.out; len(args) > 0 {
				o.Name = args[0]
			}
			admin, err := o.Admin(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = admin.Close() }()
			return work(cmd.Context(), o, admin)
		}
	}
	list := &cobra.Command{Use: "list", Short: "list the topics", Args: cobra.NoArgs, RunE: run(topicList)}
	show := &cobra.Command{Use: "show NAME", Short: "show the partitions of a topic", Args: cobra.ExactArgs(1), RunE: run(topicShow)}
	create := &cobra.Command{Use: "create NAME", Short: "make a topic", Args: cobra.ExactArgs(1), RunE: run(topicCreate)}
	create.Flags().IntVar(&o.Partitions, "partitions", 6, "number of partitions: how many workers can share the topic")
	sample := &cobra.Command{
		Use: "sample NAME", Short: "print some records: half the oldest, half the newest", Args: cobra.ExactArgs(1), RunE: run(topicSample),
		Example: "  aurora topic sample clicks --limit 5\n  aurora topic sample clicks --raw | jq .",
	}
	sample.Flags().IntVar(&o.Limit, "limit", 10, "how many records, over all partitions")
	sample.Flags().BoolVar(&o.Raw, "raw", false, "print the bytes of the values only, one record a line")
	cmd.AddCommand(list, show, create, newTopicProduceCommand(a, flags), sample)
	return cmd
}

func topicList(ctx context.Context, o *topicOptions, admin topicAdmin) error {
	topics, err := admin.Topics(ctx)
	if err != nil {
		return err
	}
	if len(topics) == 0 {
		o.Out.Note("there are no topics yet; next: aurora topic create NAME")
	}
	return Items(o.Out, topics, func(topics []aurora.Topic) Table {
		t := Table{Header: []string{"TOPIC", "PARTITIONS", "RECORDS"}, Right: map[int]bool{1: true, 2: true}}
		for _, x := range topics {
			t.Rows = append(t.Rows, []string{x.Name, fmt.Sprint(len(x.Partitions)), fmt.Sprint(x.Records)})
		}
		return t
	})
}

func topicShow(ctx context.Context, o *topicOptions, admin topicAdmin) error {
	topic, err := admin.Topic(ctx, o.Name)
	if err != nil {
		return err
	}
	if o.Out.Format == FormatJSON || o.Out.Format == FormatJSONL {
		return o.Out.JSON(topic)
	}
	t := Table{Header: []string{"PARTITION", "FIRST", "NEXT", "RECORDS"}, Right: map[int]bool{0: true, 1: true, 2: true, 3: true}}
	for _, p := range topic.Partitions {
		t.Rows = append(t.Rows, []string{fmt.Sprint(p.Partition), fmt.Sprint(p.Low), fmt.Sprint(p.High), fmt.Sprint(p.High - p.Low)})
	}
	return o.Out.Table(t)
}

func topicCreate(ctx context.Context, o *topicOptions, admin topicAdmin) error {
	if o.Partitions < 1 {
		return &aurora.Error{Code: aurora.CodeUsage, Title: fmt.Sprintf("a topic cannot have %d partitions", o.Partitions),
			Detail: "records live in partitions", Hint: "aurora topic create " + o.Name + " --partitions 6"}
	}
	if err := admin.CreateTopic(ctx, o.Name, o.Partitions); err != nil {
		return err
	}
	o.Out.Done("topic %s made, %d partitions", o.Name, o.Partitions)
	if o.Out.Format == FormatTable {
		return nil
	}
	topic, err := admin.Topic(ctx, o.Name)
	if err != nil {
		return err
	}
	return o.Out.JSON(topic)
}

// sampledRecord is a record as `topic sample` prints it. A value that is JSON stays JSON.
type sampledRecord struct {
	Partition int32     `json:"partition"`
	Offset    int64     `json:"offset"`
	Timestamp time.Time `json:"timestamp"`
	Key       string    `json:"key"`
	Value     any       `json:"value"`
}

func topicSample(ctx context.Context, o *topicOptions, admin topicAdmin) error {
	if o.Limit < 1 {
		return &aurora.Error{Code: aurora.CodeUsage, Title: fmt.Sprintf("the limit cannot be %d", o.Limit),
			Detail: "a sample has at least one record", Hint: "aurora topic sample " + o.Name + " --limit 10"}
	}
	records, err := admin.Sample(ctx, o.Name, o.Limit)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		o.Out.Note("topic %s holds no records; next: aurora topic produce %s -f FILE", o.Name, o.Name)
	}
	if o.Raw {
		for _, r := range records {
			if _, err := fmt.Fprintf(o.Out.Data, "%s\n", r.Value); err != nil {
				return err
			}
		}
		return nil
	}
	sampled := make([]sampledRecord, len(records))
	for i, r := range records {
		sampled[i] = sampledRecord{r.Partition, r.Offset, r.Timestamp, text(r.Key), sampledValue(r.Value)}
	}
	return Items(o.Out, sampled, sampleTable)
}

// sampledValue keeps JSON as it is; other bytes become text, a tombstone null.
func sampledValue(value []byte) any {
	switch {
	case value == nil:
		return nil
	case json.Valid(value):
		return json.RawMessage(value)
	}
	return text(value)
}

func text(bytes []byte) string { return strings.ToValidUTF8(string(bytes), "�") }

func sampleTable(records []sampledRecord) Table {
	t := Table{Header: []string{"PARTITION", "OFFSET", "TIMESTAMP", "KEY", "VALUE"}, Right: map[int]bool{0: true, 1: true}}
	for _, r := range records {
		value := ""
		switch v := r.Value.(type) {
		case json.RawMessage:
			value = string(v)
		case string:
			value = v
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(r.Partition), fmt.Sprint(r.Offset), r.Timestamp.Format(time.RFC3339Nano), printable(r.Key), printable(value)})
	}
	return t
}
