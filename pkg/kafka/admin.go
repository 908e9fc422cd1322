//go:build cgo

package kafka

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// adminPatience bounds every question to the broker.
const adminPatience = 5 * time.Second

// Admin lists, describes, creates and samples topics. Its methods may be
// called from several goroutines.
type Admin struct {
	*client
	// driver is a consumer that reads nothing: unlike the driver's own admin client it
	// delivers the events that say why a broker cannot be reached.
	driver *kafka.Consumer
	admin  *kafka.AdminClient
	slog   *slog.Logger

	stop    chan struct{}
	polling sync.WaitGroup
	calls   sync.WaitGroup
}

// NewAdmin connects and signs in; it returns when the broker has answered.
func NewAdmin(ctx context.Context, b aurora.Broker, o Options) (*Admin, error) {
	shared, err := dial(ctx, b, o.Secrets, o.Log)
	if err != nil {
		return nil, err
	}
	a := &Admin{client: shared, slog: logger(o.Log), stop: make(chan struct{})}
	if a.driver, err = kafka.NewConsumer(a.config(kafka.ConfigMap{"group.id": "aurora-admin", "enable.auto.commit": false})); err != nil {
		a.hangUp()
		return nil, a.call("the client", err)
	}
	if a.admin, err = kafka.NewAdminClientFromConsumer(a.driver); err != nil {
		_ = a.driver.Close()
		a.hangUp()
		return nil, a.call("the client", err)
	}
	a.polling.Go(a.poll)
	err = a.ask(ctx, "the cluster", func(context.Context) error {
		_, err := a.driver.GetMetadata(nil, false, int(adminPatience.Milliseconds()))
		return err
	})
	if err != nil {
		_ = a.Close()
		return nil, err
	}
	return a, nil
}

// poll takes the events that tell causes until Close.
func (a *Admin) poll() {
	for {
		select {
		case <-a.stop:
			return
		default:
		}
		if e, ok := a.driver.Poll(20).(kafka.Error); ok {
			_ = a.event(e) // ask finds it among the causes
		}
	}
}

// ask runs a call of the driver. It returns early when the context ends or a
// cause is known that waiting does not heal; the call ends by its own time limit.
func (a *Admin) ask(ctx context.Context, what string, call func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, adminPatience)
	result := make(chan error, 1)
	a.calls.Go(func() {
		defer cancel()
		result <- call(bounded)
	})
	select {
	case err := <-result:
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = kafka.NewError(kafka.ErrTimedOut, "no answer within "+adminPatience.String(), false)
		}
		return a.call(what, err)
	case <-a.decisive:
		return a.known()
	case <-ctx.Done():
		return ended(ctx)
	}
}

// Close ends the connection. A call that is still under way ends by its time
// limit, in the background.
func (a *Admin) Close() error {
	close(a.stop)
	a.polling.Wait()
	go func() { // ends with the calls, that is within adminPatience
		a.calls.Wait()
		_ = a.driver.Close()
		a.hangUp()
	}()
	return nil
}

// Topics lists the topics with their partitions, by name; Kafka's own are left out.
func (a *Admin) Topics(ctx context.Context) ([]aurora.Topic, error) {
	names, err := a.names(ctx)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	return a.describe(ctx, names)
}

// names lists the names of the topics that are not Kafka's own.
func (a *Admin) names(ctx context.Context) ([]string, error) {
	var metadata *kafka.Metadata
	err := a.ask(ctx, "the list of topics", func(context.Context) (err error) {
		metadata, err = a.driver.GetMetadata(nil, true, int(adminPatience.Milliseconds()))
		return err
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range metadata.Topics {
		if !strings.HasPrefix(name, "__") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Topic describes one topic. An unknown one is an error that names the nearest.
func (a *Admin) Topic(ctx context.Context, name string) (aurora.Topic, error) {
	topics, err := a.describe(ctx, []string{name})
	if e := (*aurora.Error)(nil); errors.As(err, &e) && e.Code == aurora.CodeTopicUnknown {
		return aurora.Topic{}, a.unknown(ctx, name, e)
	}
	if err != nil {
		return aurora.Topic{}, err
	}
	return topics[0], nil
}

// unknown says that there is no such topic, and which there are.
func (a *Admin) unknown(ctx context.Context, name string, cause error) error {
	e := &aurora.Error{Code: aurora.CodeTopicUnknown, Title: "topic " + name + " does not exist at " + a.where,
		Detail: "the broker has no topics", Hint: "aurora topic create " + name, Err: cause}
	names, err := a.names(ctx)
	if err != nil || len(names) == 0 {
		return e
	}
	e.Detail = "topics: " + strings.Join(names[:min(len(names), 10)], ", ")
	e.Hint = "aurora topic list, or aurora topic create " + name
	if near := aurora.Nearest(name, names, 3); len(near) > 0 {
		e.Detail = "did you mean " + strings.Join(near, " or ") + "?"
		e.Extra = map[string]any{"suggestions": near}
	}
	return e
}

// describe gives partitions, ids and bounds of the topics.
func (a *Admin) describe(ctx context.Context, names []string) ([]aurora.Topic, error) {
	var answer kafka.DescribeTopicsResult
	err := a.ask(ctx, "the topics", func(ctx context.Context) (err error) {
		answer, err = a.admin.DescribeTopics(ctx, kafka.NewTopicCollectionOfTopicNames(names))
		return err
	})
	if err != nil {
		return nil, err
	}
	topics := make([]aurora.Topic, 0, len(names))
	for _, d := range answer.TopicDescriptions {
		if d.Error.Code() != kafka.ErrNoError {
			return nil, a.call("topic "+d.Name, d.Error)
		}
		t := aurora.Topic{Name: d.Name, ID: topicID(d.TopicID)}
		for _, p := range d.Partitions {
			t.Partitions = append(t.Partitions, aurora.TopicPartition{Partition: int32(p.Partition)}) //nolint:gosec // Kafka's partitions are 32 bits wide
		}
		slices.SortFunc(t.Partitions, func(x, y aurora.TopicPartition) int { return cmp.Compare(x.Partition, y.Partition) })
		topics = append(topics, t)
	}
	slices.SortFunc(topics, func(x, y aurora.Topic) int { return cmp.Compare(x.Name, y.Name) })
	return topics, a.measure(ctx, topics)
}

// topicID gives the id in Kafka's own form; brokers older than 2.8 have none.
func topicID(id kafka.UUID) string {
	if id.GetMostSignificantBits() == 0 && id.GetLeastSignificantBits() == 0 {
		return ""
	}
	return strings.NewReplacer("+", "-", "/", "_").Replace(id.String())
}

// measure fills in the bounds of every partition.
func (a *Admin) measure(ctx context.Context, topics []aurora.Topic) error {
	low, err := a.offsets(ctx, topics, kafka.EarliestOffsetSpec)
	if err != nil {
		return err
	}
	high, err := a.offsets(ctx, topics, kafka.LatestOffsetSpec)
	if err != nil {
		return err
	}
	for i := range topics {
		t := &topics[i]
		for j := range t.Partitions {
			p := &t.Partitions[j]
			key := topicPartition{t.Name, p.Partition}
			p.Low, p.High = low[key], high[key]
			t.Records += p.High - p.Low
		}
	}
	return nil
}

type topicPartition struct {
	topic     string
	partition int32
}

func (a *Admin) offsets(ctx context.Context, topics []aurora.Topic, spec kafka.OffsetSpec) (map[topicPartition]int64, error) {
	wanted := map[kafka.TopicPartition]kafka.OffsetSpec{}
	for i := range topics {
		for _, p := range topics[i].Partitions {
			wanted[kafka.TopicPartition{Topic: &topics[i].Name, Partition: p.Partition}] = spec
		}
	}
	found := make(map[topicPartition]int64, len(wanted))
	if len(wanted) == 0 {
		return found, nil
	}
	var answer kafka.ListOffsetsResult
	err := a.ask(ctx, "the offsets", func(ctx context.Context) (err error) {
		answer, err = a.admin.ListOffsets(ctx, wanted)
		return err
	})
	if err != nil {
		return nil, err
	}
	for p, info := range answer.ResultInfos {
		if info.Error.Code() != kafka.ErrNoError {
			return nil, a.call("topic "+*p.Topic, info.Error)
		}
		found[topicPartition{*p.Topic, p.Partition}] = int64(info.Offset)
	}
	return found, nil
}

// CreateTopic makes a topic with the broker's own replication factor. It
// returns when the topic can be described.
func (a *Admin) CreateTopic(ctx context.Context, name string, partitions int) error {
	if !validName(name) { // the development broker would take it
		return a.translate("topic "+printable(name), kafka.NewError(kafka.ErrTopicException, "the name is not valid", false))
	}
	var answer []kafka.TopicResult
	err := a.ask(ctx, "topic "+name, func(ctx context.Context) (err error) {
		answer, err = a.admin.CreateTopics(ctx, []kafka.TopicSpecification{{Topic: name, NumPartitions: partitions, ReplicationFactor: -1}})
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range answer {
		if r.Error.Code() != kafka.ErrNoError {
			return a.call("topic "+name, r.Error)
		}
	}
	return a.appeared(ctx, name)
}

// validName tells whether Kafka accepts the name for a topic.
func validName(name string) bool {
	other := func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && r != '.' && r != '_' && r != '-'
	}
	return !strings.ContainsFunc(name, other) && name != "" && name != "." && name != ".." && len(name) <= 249
}

func printable(name string) string { return strconv.Quote(name[:min(len(name), 60)]) }

// appeared waits until the broker knows the topic: it answers a little before it does.
func (a *Admin) appeared(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, adminPatience)
	defer cancel()
	for {
		_, err := a.describe(ctx, []string{name})
		if err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ended(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
