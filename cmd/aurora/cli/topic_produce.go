package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// maxLine is the longest line that `topic produce` reads.
const maxLine = 64 << 20

// recordProducer writes records; Flush tells whether all of them were stored.
type recordProducer interface {
	Produce(ctx context.Context, topic string, key, value []byte) error
	Flush(ctx context.Context) error
	Counts() (delivered, failed int64)
	Close() error
}

type topicProduceOptions struct {
	Admin    func(context.Context) (topicAdmin, error)
	Producer func(context.Context) (recordProducer, error)
	Open     func(path string) (io.ReadCloser, error)
	Out      *Output

	Topic string
	File  string
	Key   string
	Rate  int
	Raw   bool
}

func newTopicProduceCommand(a *app, flags *kafkaFlags) *cobra.Command {
	o := &topicProduceOptions{
		Open: func(path string) (io.ReadCloser, error) { return a.openInput(path) },
		Admin: func(ctx context.Context) (topicAdmin, error) {
			b, err := flags.broker(a)
			if err != nil {
				return nil, err
			}
			return a.kafkaAdmin(ctx, b)
		},
		Producer: func(ctx context.Context) (recordProducer, error) {
			b, err := flags.broker(a)
			if err != nil {
				return nil, err
			}
			return a.kafkaProducer(ctx, b)
		},
	}
	cmd := &cobra.Command{
		Use: "produce NAME", Short: "send lines of JSON to a topic, one record a line", Args: cobra.ExactArgs(1),
		Long: "Send lines of JSON to a topic, one record a line, from stdin or a file. Every record is\n" +
			"stored once and acknowledged by all replicas before the command says so.",
		Example: "  aurora topic produce orders -f orders.jsonl --key order_id\n  tail -f app.log | aurora topic produce logs --raw",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Out, o.Topic = a.out, args[0]
			return topicProduce(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVarP(&o.File, "file", "f", "-", "file to read; - is stdin")
	cmd.Flags().StringVar(&o.Key, "key", "", "field of the record that becomes its key: equal keys go to one partition, in order")
	cmd.Flags().IntVar(&o.Rate, "rate", 0, "records a second; 0 means as fast as Kafka takes them")
	cmd.Flags().BoolVar(&o.Raw, "raw", false, "send lines as they are, JSON or not")
	return cmd
}

// openInput opens a file that the user named; - is stdin.
func (a *app) openInput(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(a.proc.Stdin), nil
	}
	file, err := os.Open(a.proc.Path(path))
	if err == nil {
		if info, statErr := file.Stat(); statErr != nil || info.IsDir() {
			_ = file.Close()
			err = cmp.Or(statErr, error(&os.PathError{Op: "read", Path: path, Err: syscall.EISDIR}))
		}
	}
	if err != nil {
		return nil, &aurora.Error{Code: aurora.CodeUsage, Title: "cannot read " + path, Detail: err.Error(), Hint: "check the path after -f", Err: err}
	}
	return file, nil
}

// produced is the result for programs.
type produced struct {
	Topic   string  `json:"topic"`
	Records int64   `json:"records"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	Rate    float64 `json:"records_per_second"`
}

func topicProduce(ctx context.Context, o *topicProduceOptions) error {
	input, err := o.Open(o.File)
	if err != nil {
		return err
	}
	defer func() { _ = input.Close() }()
	if err := topicExists(ctx, o.Admin, o.Topic); err != nil {
		return err
	}
	producer, err := o.Producer(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = producer.Close() }()
	began := time.Now()
	size, err := o.send(ctx, producer, input)
	// What was sent before an error or an interrupt is stored, and counted.
	flushing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	err = errors.Join(err, producer.Flush(flushing))
	stored, _ := producer.Counts()
	seconds := time.Since(began).Seconds()
	result := produced{o.Topic, stored, size, seconds, float64(stored) / seconds}
	if err != nil {
		o.Out.Note("%d records stored in topic %s before the error", stored, o.Topic)
		return err
	}
	o.Out.Done("%d records stored in topic %s in %.2f s (%.0f records/s)", stored, o.Topic, seconds, result.Rate)
	if o.Out.Format == FormatTable {
		return nil
	}
	return o.Out.JSON(result)
}

func topicExists(ctx context.Context, open func(context.Context) (topicAdmin, error), name string) error {
	admin, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }()
	_, err = admin.Topic(ctx, name)
	return err
}

// send reads the lines and hands them over. It stops at the first line that is not JSON.
func (o *topicProduceOptions) send(ctx context.Context, producer recordProducer, input io.Reader) (size int64, err error) {
	lines := bufio.NewScanner(input)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	pace := newPace(o.Rate)
	for number := 1; lines.Scan(); number++ {
		line := lines.Bytes()
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		key, err := o.check(line, number)
		if err != nil {
			return size, err
		}
		if err := pace.wait(ctx); err != nil {
			return size, err
		}
		if err := producer.Produce(ctx, o.Topic, key, line); err != nil {
			return size, err
		}
		size += int64(len(line))
	}
	if err := lines.Err(); err != nil {
		return size, fmt.Errorf("read %s: %w", o.inputName(), err)
	}
	return size, nil
}

func (o *topicProduceOptions) inputName() string {
	if o.File == "-" {
		return "stdin"
	}
	return o.File
}

// check refuses what is no JSON and gives the key of the record.
func (o *topicProduceOptions) check(line []byte, number int) (key []byte, err error) {
	if o.Raw && o.Key == "" {
		return nil, nil
	}
	if !o.Raw && !json.Valid(line) {
		detail := "the rest of the input was not read; the lines before it were sent"
		return nil, &aurora.Error{Code: aurora.CodeUsage, Title: fmt.Sprintf("line %d of %s is not JSON", number, o.inputName()),
			Detail: detail, Hint: "correct the line, or send lines as they are with --raw"}
	}
	if o.Key == "" {
		return nil, nil
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(line, &fields) // what is no object has no fields
	value := fields[o.Key]
	var word *string
	if json.Unmarshal(value, &word) != nil {
		return value, nil //nolint:nilerr // missing, or no text: the key is the value as it stands
	}
	if word == nil {
		return nil, nil
	}
	return []byte(*word), nil
}

// pace spreads records evenly over time.
type pace struct {
	each time.Duration
	next time.Time
}

func newPace(rate int) *pace {
	if rate <= 0 {
		return &pace{}
	}
	return &pace{each: time.Second / time.Duration(rate), next: time.Now()}
}

func (p *pace) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil || p.each == 0 {
		return err
	}
	p.next = p.next.Add(p.each)
	if early := time.Until(p.next); early > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(early):
		}
	}
	return nil
}
