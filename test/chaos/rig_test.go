package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/clickhouse"
	"github.com/aurora-analytics/aurora/pkg/embedded"
	"github.com/aurora-analytics/aurora/pkg/kafka"
	"github.com/aurora-analytics/aurora/pkg/schema"
	"github.com/aurora-analytics/aurora/test/enginetest"
	kafkatest "github.com/aurora-analytics/aurora/test/kafka"
)

const partitions = 6

// rig is a real Kafka, a data folder with an engine of its own, a topic and its pipeline.
type rig struct {
	t        *testing.T
	dir      string // logs and failpoint flags
	data     string
	flags    string
	binary   string
	env      []string
	broker   *kafkatest.Broker
	client   *kgo.Client
	db       *clickhouse.DB
	pipeline aurora.Pipeline
}

func newRig(t *testing.T) *rig {
	t.Helper()
	engineDir := enginetest.LibraryDir()
	if _, err := embedded.Installed(engineDir); err != nil {
		if os.Getenv("AURORA_TEST_REQUIRE") == "1" {
			t.Fatalf("the engine library is required: %v", err)
		}
		t.Skipf("skipped: %v (aurora engine install)", err)
	}
	broker := kafkatest.Start(t)
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := &rig{t: t, dir: dir, data: filepath.Join(dir, "data"), flags: filepath.Join(dir, "flags"), binary: binary, broker: broker}
	r.env = []string{"AURORA_DATA_DIR=" + r.data, "AURORA_ENGINE_DIR=" + engineDir, "AURORA_CONFIG=",
		"XDG_CONFIG_HOME=" + dir, "AURORA_FAILPOINT_DIR=" + r.flags, "AURORA_CLICKHOUSE_URL="}
	if err := os.MkdirAll(r.flags, 0o700); err != nil {
		t.Fatal(err)
	}
	r.client, err = kgo.NewClient(kgo.SeedBrokers(broker.Address))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.client.Close)
	t.Cleanup(r.showLogs)
	return r
}

// showLogs prints the ends of the logs when the test failed.
func (r *rig) showLogs() {
	if !r.t.Failed() {
		return
	}
	logs, _ := filepath.Glob(filepath.Join(r.dir, "*.log"))
	more, _ := filepath.Glob(filepath.Join(r.data, "logs", "*.log"))
	for _, log := range append(logs, more...) {
		content, _ := os.ReadFile(log)
		r.t.Logf("%s:\n%s", filepath.Base(log), content[max(0, len(content)-6000):])
	}
}

// startEngine spawns `aurora engine` on a port, 0 meaning a free one, and waits until it answers.
func (r *rig) startEngine(port int) *process {
	r.t.Helper()
	p := r.spawn("engine", nil, "engine", "--port", strconv.Itoa(port))
	eventually(r.t, "the engine answers", time.Minute, func(ctx context.Context) bool {
		if !p.running() {
			r.t.Fatal("the engine ended")
		}
		return r.open(ctx) == nil
	})
	return p
}

// runFile is what the parts of a stack write when they answer.
type runFile struct {
	PID     int    `json:"pid"`
	Address string `json:"address"`
}

func (r *rig) runFile(part string) (f runFile) {
	content, err := os.ReadFile(filepath.Join(r.data, "run", part+".json"))
	if err == nil {
		_ = json.Unmarshal(content, &f)
	}
	return f
}

// open connects to the engine of the data folder.
func (r *rig) open(ctx context.Context) error {
	secrets, err := embedded.LoadSecrets(filepath.Join(r.data, "run"))
	if err != nil {
		return err
	}
	db, err := clickhouse.Open(clickhouse.Config{
		URL:    "http://" + r.runFile("engine").Address,
		Writer: clickhouse.Credentials{User: embedded.WriterUser, Password: secrets.Writer},
		Reader: clickhouse.Credentials{User: embedded.ReaderUser, Password: secrets.Reader},
	})
	if err != nil {
		return err
	}
	if err := db.Ping(ctx); err != nil {
		_ = db.Close()
		return err
	}
	if r.db != nil {
		_ = r.db.Close()
	}
	r.db = db
	return nil
}

// declare makes topic, table and pipeline, as `aurora connect topic` does.
func (r *rig) declare(batch aurora.Batch) {
	r.t.Helper()
	ctx := r.t.Context()
	topic := kafkatest.Name(r.t)
	admin, err := kafka.NewAdmin(ctx, r.where(), kafka.Options{})
	r.must(err)
	defer func() { _ = admin.Close() }()
	r.must(admin.CreateTopic(ctx, topic, partitions))
	var sample []aurora.Record
	for id := range int64(500) {
		sample = append(sample, aurora.Record{Topic: topic, Value: event(id), Timestamp: time.Now(), Offset: id})
	}
	inferred, err := schema.Infer(topic, sample)
	r.must(err)
	r.must(r.db.Migrate(ctx))
	r.must(r.db.Exec(ctx, schema.CreateTable(aurora.DataDatabase, "events", inferred.Schema)))
	start := map[int32]int64{}
	for p := range int32(partitions) {
		start[p] = 0
	}
	r.pipeline = aurora.Pipeline{
		ID: "events-" + strconv.FormatInt(time.Now().UnixNano(), 36), Name: "events", Table: "events", Schema: inferred.Schema,
		Source: aurora.Source{Broker: r.where(), Topic: topic, Format: "json"}, Start: start, Batch: batch,
		OnGap: "stop", Desired: aurora.DesiredRunning, Version: 1, Created: time.Now(),
	}
	r.must(r.db.SavePipeline(ctx, r.pipeline))
}

func (r *rig) where() aurora.Broker {
	return aurora.Broker{Addresses: []string{r.broker.Address}, Protocol: aurora.ProtocolPlaintext}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// commits asks the broker what the pipeline's group has committed, per partition.
func (r *rig) commits(ctx context.Context) (map[int32]aurora.Mark, error) {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.RequireStable = true
	group := kmsg.NewOffsetFetchRequestGroup()
	group.Group = r.pipeline.Group()
	topic := kmsg.NewOffsetFetchRequestGroupTopic()
	topic.Topic = r.pipeline.Source.Topic
	req.Group = group.Group
	old := kmsg.NewOffsetFetchRequestTopic()
	old.Topic = topic.Topic
	for p := range int32(partitions) {
		topic.Partitions = append(topic.Partitions, p)
		old.Partitions = append(old.Partitions, p)
	}
	group.Topics = append(group.Topics, topic)
	req.Groups = append(req.Groups, group)
	req.Topics = append(req.Topics, old)
	answer, err := req.RequestWith(ctx, r.client)
	if err != nil {
		return nil, err
	}
	marks := map[int32]aurora.Mark{}
	keep := func(p int32, offset int64, metadata *string) {
		m := aurora.Mark{Partition: p, Offset: offset}
		if metadata != nil {
			m.Metadata = *metadata
		}
		marks[p] = m
	}
	for _, g := range answer.Groups {
		for _, t := range g.Topics {
			for _, p := range t.Partitions {
				keep(p.Partition, p.Offset, p.Metadata)
			}
		}
	}
	for _, t := range answer.Topics {
		for _, p := range t.Partitions {
			keep(p.Partition, p.Offset, p.Metadata)
		}
	}
	return marks, nil
}

// announced counts the partitions whose commit announces a block. The form of the
// metadata is part of the protocol: a1/<pipeline>.<epoch>/<last>/<check sum>.
func announced(marks map[int32]aurora.Mark) (open int) {
	for _, m := range marks {
		if parts := strings.Split(m.Metadata, "/"); len(parts) == 4 && parts[2] != "-" {
			open++
		}
	}
	return open
}

// settled says that every partition is committed as idle, at offsets that add up to n.
func (r *rig) settled(ctx context.Context, n int64) bool {
	marks, err := r.commits(ctx)
	if err != nil {
		return false
	}
	var sum int64
	for _, m := range marks {
		if m.Metadata != "" && !strings.Contains(m.Metadata, "/-/") {
			return false
		}
		sum += max(m.Offset, 0)
	}
	return sum == n
}

// row reads one row of numbers.
func (r *rig) row(ctx context.Context, sql string) ([]int64, error) {
	result, err := r.db.Query(ctx, aurora.Statement{SQL: sql}, aurora.Limits{Time: time.Minute})
	if err != nil {
		return nil, err
	}
	if len(result.Rows) != 1 {
		return nil, fmt.Errorf("%d rows from %s", len(result.Rows), sql)
	}
	var numbers []int64
	for _, cell := range result.Rows[0] {
		n, err := strconv.ParseInt(fmt.Sprint(cell), 10, 64)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// own reads one row of numbers from Aurora's own tables, which only the writer may read.
func (r *rig) own(sql string) []int64 {
	r.t.Helper()
	secrets, err := embedded.LoadSecrets(filepath.Join(r.data, "run"))
	r.must(err)
	url := "http://" + r.runFile("engine").Address + "/?default_format=TSV"
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, url, strings.NewReader(sql))
	r.must(err)
	req.SetBasicAuth(embedded.WriterUser, secrets.Writer)
	res, err := http.DefaultClient.Do(req)
	r.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	r.must(err)
	var numbers []int64
	for _, field := range strings.Fields(string(body)) {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			r.t.Fatalf("%s: %s", sql, body)
		}
		numbers = append(numbers, n)
	}
	return numbers
}
