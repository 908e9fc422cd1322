package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/devbroker"
)

// brokerHome runs a development broker in a data folder of its own and gives the folder.
func brokerHome(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- devbroker.Run(ctx, devbroker.Config{DataDir: dir, Address: "127.0.0.1:0"}, func(devbroker.Running) { close(ready) })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	return dir
}

// outcome is what a command left behind.
type outcome struct {
	exit           int
	stdout, stderr string
}

// runTopic runs a command in the data folder.
func runTopic(t *testing.T, dataDir, stdin string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	exit := Main(Process{
		Args: args, Env: []string{"HOME=" + t.TempDir(), "AURORA_DATA_DIR=" + dataDir},
		Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr, Dir: t.TempDir(), Now: time.Now,
		Signals: context.WithCancel,
	})
	return outcome{exit, stdout.String(), stderr.String()}
}

func (o outcome) want(t *testing.T, exit int, stderr string) {
	t.Helper()
	if o.exit != exit || !strings.Contains(o.stderr, stderr) {
		t.Errorf("exit %d, stderr %q; want exit %d and %q", o.exit, o.stderr, exit, stderr)
	}
}

func TestTopicRoundTrip(t *testing.T) {
	t.Parallel()
	home := brokerHome(t)
	runTopic(t, home, "", "topic", "list").want(t, 0, "there are no topics yet")
	runTopic(t, home, "", "topic", "create", "fruit", "--partitions", "3").want(t, 0, "3 partitions")
	runTopic(t, home, "", "topic", "create", "fruit").want(t, 1, "exists already")
	runTopic(t, home, "", "topic", "sample", "fruit").want(t, 0, "holds no records")

	sent := runTopic(t, home, "{\"name\":\"apple\"}\n\n{\"name\":7}\r\n{}\n", "topic", "produce", "fruit", "--key", "name", "-o", "json")
	sent.want(t, 0, "3 records stored in topic fruit")
	var result produced
	if err := json.Unmarshal([]byte(sent.stdout), &result); err != nil || result.Records != 3 || result.Rate <= 0 {
		t.Errorf("%s, %v", sent.stdout, err)
	}

	sample := runTopic(t, home, "", "topic", "sample", "fruit", "-o", "jsonl")
	keys := map[string]bool{}
	for line := range strings.Lines(sample.stdout) {
		var r struct {
			Key   string
			Value map[string]any
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		keys[r.Key] = true
	}
	if len(keys) != 3 || !keys["apple"] || !keys["7"] || !keys[""] {
		t.Errorf("keys %v of %s", keys, sample.stdout)
	}
	if raw := runTopic(t, home, "", "topic", "sample", "fruit", "--raw").stdout; strings.Count(raw, "\n") != 3 || !strings.Contains(raw, "{\"name\":\"apple\"}\n") {
		t.Errorf("raw %q", raw)
	}
	if list := runTopic(t, home, "", "topic", "list").stdout; !strings.Contains(list, "fruit           3        3") {
		t.Errorf("list %q", list)
	}
	runTopic(t, home, "", "topic", "show", "friut").want(t, 1, "did you mean fruit?")
}

func TestTopicProduceStopsAtALineThatIsNotJSON(t *testing.T) {
	t.Parallel()
	home := brokerHome(t)
	runTopic(t, home, "", "topic", "create", "t").want(t, 0, "")
	broken := "{\"id\":1}\n{\"id\":\n{\"id\":3}\n"
	refused := runTopic(t, home, broken, "topic", "produce", "t")
	refused.want(t, 2, "error: line 2 of stdin is not JSON")
	refused.want(t, 2, "1 records stored")
	runTopic(t, home, broken, "topic", "produce", "t", "--raw").want(t, 0, "3 records stored")
	runTopic(t, home, "", "topic", "produce", "t", "-f", "missing.jsonl").want(t, 2, "cannot read missing.jsonl")
	runTopic(t, home, "{}", "topic", "produce", "u").want(t, 1, "topic u does not exist")
}

func TestTopicProduceKeepsTheRate(t *testing.T) {
	t.Parallel()
	home := brokerHome(t)
	runTopic(t, home, "", "topic", "create", "t").want(t, 0, "")
	var lines strings.Builder
	for i := range 50 {
		fmt.Fprintf(&lines, "%d\n", i)
	}
	began := time.Now()
	runTopic(t, home, lines.String(), "topic", "produce", "t", "--rate", "100").want(t, 0, "50 records stored")
	if took := time.Since(began); took < 450*time.Millisecond {
		t.Errorf("50 records at 100 a second took %v", took)
	}
}

func TestTheDemoGeneratorSendsClicksUntilItIsStopped(t *testing.T) {
	t.Parallel()
	home := brokerHome(t)
	runTopic(t, home, "", "demo-generator", "--rate", "500", "--timeout", "1s").want(t, 0, "sending 500 events/s to topic clicks")
	sample := runTopic(t, home, "", "topic", "sample", "clicks", "--limit", "5", "--raw").stdout
	if strings.Count(sample, `"session_id"`) != 5 {
		t.Errorf("sample %q", sample)
	}
}
