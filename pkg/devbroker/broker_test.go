//go:build cgo

package devbroker_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/devbroker"
	"github.com/aurora-analytics/aurora/pkg/kafka"
)

// TestMain lets the test binary be a broker in a process of its own, which a test kills.
func TestMain(m *testing.M) {
	dir := os.Getenv("DEVBROKER_TEST_DIR")
	if dir == "" {
		os.Exit(m.Run())
	}
	err := devbroker.Run(context.Background(), config(dir), func(r devbroker.Running) { fmt.Println(r.Address) })
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func config(dir string) devbroker.Config {
	return devbroker.Config{DataDir: dir, Address: "127.0.0.1:0"}
}

// start runs a broker in this process.
func start(t *testing.T, cfg devbroker.Config) (r devbroker.Running, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan devbroker.Running, 1), make(chan error, 1)
	go func() { ended <- devbroker.Run(ctx, cfg, func(r devbroker.Running) { ready <- r }) }()
	stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	select {
	case r = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	return r, stop
}

func admin(t *testing.T, address string) *kafka.Admin {
	t.Helper()
	a, err := kafka.NewAdmin(t.Context(), aurora.Broker{Addresses: []string{address}}, kafka.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func produce(t *testing.T, address, topic string, n int) {
	t.Helper()
	p, err := kafka.NewProducer(t.Context(), aurora.Broker{Addresses: []string{address}}, kafka.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	for i := range n {
		if err := p.Produce(t.Context(), topic, nil, fmt.Appendf(nil, "%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func wantRecords(t *testing.T, address, topic string, n int64) {
	t.Helper()
	a := admin(t, address)
	got, err := a.Topic(t.Context(), topic)
	if err != nil || got.Records != n {
		t.Fatalf("%d records, %v, want %d", got.Records, err, n)
	}
	sample, err := a.Sample(t.Context(), topic, 10)
	if err != nil || len(sample) != 10 {
		t.Fatalf("%d records can be read, %v", len(sample), err)
	}
}

func TestRecordsSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, stop := start(t, config(dir))
	if err := admin(t, r.Address).CreateTopic(t.Context(), "fruit", -1); err != nil {
		t.Fatal(err)
	}
	produce(t, r.Address, "fruit", 1000)
	stop()
	r, stop = start(t, config(dir))
	defer stop()
	wantRecords(t, r.Address, "fruit", 1000)
	topic, err := admin(t, r.Address).Topic(t.Context(), "fruit")
	if err != nil || len(topic.Partitions) != 6 {
		t.Errorf("%d partitions, %v, want 6 where none are asked for", len(topic.Partitions), err)
	}
}

func TestRecordsSurviveAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), "DEVBROKER_TEST_DIR="+dir)
	output, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Process.Kill() })
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(line)
	if err := admin(t, address).CreateTopic(t.Context(), "fruit", 3); err != nil {
		t.Fatal(err)
	}
	produce(t, address, "fruit", 20_000)
	_ = program.Process.Kill()
	_ = program.Wait()
	r, stop := start(t, config(dir))
	defer stop()
	wantRecords(t, r.Address, "fruit", 20_000)
}

func TestTheRunFileTellsWhoAnswersAndWhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := config(dir)
	cfg.Version = "1.2.3"
	r, stop := start(t, cfg)
	path := filepath.Join(dir, "run", devbroker.RunFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	content, _ := os.ReadFile(path)
	var file map[string]any
	if err := json.Unmarshal(content, &file); err != nil || file["address"] != r.Address || file["pid"] != float64(os.Getpid()) || file["version"] != "1.2.3" {
		t.Errorf("%s, %v", content, err)
	}
	if found, err := devbroker.Find(filepath.Join(dir, "run")); err != nil || found.Address != r.Address {
		t.Errorf("%+v, %v", found, err)
	}
	stop()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the run file is still there: %v", err)
	}
}

func TestATakenPortIsReplacedUnlessItWasNamed(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := devbroker.Config{DataDir: t.TempDir(), Address: taken.Addr().String()}
	r, stop := start(t, cfg)
	stop()
	if r.Address == cfg.Address {
		t.Errorf("it answers at %s, which is taken", r.Address)
	}
	cfg.Exact = true
	wantFailure(t, cfg, aurora.CodePortTaken)
}

func TestWhatItRefuses(t *testing.T) {
	t.Parallel()
	used := t.TempDir()
	_, stop := start(t, config(used))
	defer stop()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		cfg  devbroker.Config
		want aurora.Code
	}{
		{"a folder in use", config(used), aurora.CodeLocked},
		{"a folder that cannot be made", config(file), aurora.CodeStorageUnwritable},
		{"all interfaces", devbroker.Config{DataDir: t.TempDir(), Address: "0.0.0.0:0"}, aurora.CodeUsage},
		{"no host", devbroker.Config{DataDir: t.TempDir(), Address: ":0"}, aurora.CodeUsage},
		{"an unknown durability", devbroker.Config{DataDir: t.TempDir(), Address: "127.0.0.1:0", Durability: "much"}, aurora.CodeUsage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantFailure(t, tt.cfg, tt.want) })
	}
}

func wantFailure(t *testing.T, cfg devbroker.Config, want aurora.Code) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := devbroker.Run(ctx, cfg, func(devbroker.Running) { t.Error("it runs") })
	if e := aurora.AsError(err); e == nil || e.Code != want || e.Hint == "" {
		t.Errorf("got %v, want %s", err, want)
	}
}
