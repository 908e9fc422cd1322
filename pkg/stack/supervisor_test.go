package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// TestMain lets the test binary stand in for aurora: as a part, or as a supervisor.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "part" {
		os.Exit(runPart(os.Args[2], argument("--mode"), Dir(argument("--data-dir"))))
	}
	if len(os.Args) > 1 && os.Args[1] == "supervise" {
		os.Exit(runSupervisor(Dir(argument("--data-dir"))))
	}
	os.Exit(m.Run())
}

func argument(name string) string {
	for i, a := range os.Args {
		if a == name && i+1 < len(os.Args) {
			return os.Args[i+1]
		}
	}
	return ""
}

// runPart is a part that answers at once and stops when its pipe ends; in mode "crash" it fails at the start.
func runPart(name, mode string, dir Dir) int {
	if port := argument("--port"); port != "" && port != "0" {
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			fmt.Fprintln(os.Stderr, "error: port is in use\nwhy:   "+err.Error()+"\nnext:  nothing")
			return 1
		}
		defer func() { _ = listener.Close() }()
	}
	if mode == "crash" {
		fmt.Fprintln(os.Stderr, "error: cannot start\nwhy:   it was told to crash\nnext:  nothing")
		return 1
	}
	if err := dir.WriteRunFile(name, RunFile{PID: os.Getpid(), Address: "127.0.0.1:1", Started: time.Now()}); err != nil {
		return 1
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	<-ctx.Done()
	journal, _ := os.OpenFile(filepath.Join(string(dir), "stopped"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	fmt.Fprintln(journal, name)
	dir.RemoveRunFile(name)
	return 0
}

func runSupervisor(dir Dir) int {
	s := newSupervisor(dir)
	if err := s.Run(context.Background()); err != nil {
		return 1
	}
	return 0
}

func newSupervisor(dir Dir) *Supervisor {
	return &Supervisor{Dir: dir, Executable: os.Args[0], Env: os.Environ(), Log: slog.New(slog.DiscardHandler), Parts: testParts}
}

// testParts: the engine and the worker after it; the generator, where wanted, crashes.
func testParts(spec aurora.StackSpec) []Part {
	list := []Part{{Name: PartEngine, Args: []string{"part", PartEngine, "--port", strconv.Itoa(spec.EnginePort)}}, {Name: PartWorker, Args: []string{"part", PartWorker}, After: []string{PartEngine}}}
	if spec.Demo {
		list = append(list, Part{Name: PartGenerator, Args: []string{"part", PartGenerator, "--mode", "crash"}})
	}
	return list
}

func prepared(t *testing.T, spec aurora.StackSpec) Dir {
	t.Helper()
	dir := Dir(t.TempDir())
	if err := dir.Prepare(); err != nil {
		t.Fatal(err)
	}
	if err := aurora.ReplaceJSON(dir.Run("stack.json"), spec); err != nil {
		t.Fatal(err)
	}
	return dir
}

// supervise runs a supervisor until the test ends or stop is called.
func supervise(t *testing.T, dir Dir) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- newSupervisor(dir).Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("supervisor: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func running(dir Dir, part string) func() bool {
	return func() bool { _, ok := dir.ReadRunFile(part); return ok }
}

func TestSupervisorStartsAKilledPartAgain(t *testing.T) {
	t.Parallel()
	dir := prepared(t, aurora.StackSpec{})
	supervise(t, dir)
	eventually(t, "the worker answers", running(dir, PartWorker))
	first, _ := dir.ReadRunFile(PartWorker)
	if err := syscall.Kill(first.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another worker answers", func() bool {
		again, ok := dir.ReadRunFile(PartWorker)
		return ok && again.PID != first.PID
	})
	manager := &Manager{Dir: dir}
	for _, c := range manager.Stack(t.Context()).Components {
		if c.Name == PartWorker && c.Restarts != 1 {
			t.Errorf("status says %d restarts, want 1", c.Restarts)
		}
	}
}

func TestSupervisorStopsPartsInReverseOrder(t *testing.T) {
	t.Parallel()
	dir := prepared(t, aurora.StackSpec{})
	stop := supervise(t, dir)
	eventually(t, "the worker answers", running(dir, PartWorker))
	stop()
	journal, err := os.ReadFile(filepath.Join(string(dir), "stopped"))
	if err != nil || string(journal) != PartWorker+"\n"+PartEngine+"\n" {
		t.Errorf("stopped in the order %q (%v)", journal, err)
	}
	for _, part := range []string{PartEngine, PartWorker} {
		if r, alive := dir.ReadRunFile(part); alive {
			t.Errorf("%s (process %d) lives on", part, r.PID)
		}
	}
}

func TestPartsOfAKilledSupervisorStopAndTheNextOneTakesOver(t *testing.T) {
	t.Parallel()
	dir := prepared(t, aurora.StackSpec{})
	manager := &Manager{Dir: dir, Executable: os.Args[0], Env: os.Environ()}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := manager.Up(ctx, aurora.StackSpec{}, func(aurora.Component) {}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Down(false) })
	engine, _ := dir.ReadRunFile(PartEngine)
	supervisor := dir.held("supervisor")
	if supervisor == 0 {
		t.Fatal("no supervisor runs")
	}
	if err := syscall.Kill(supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if !waitGone(engine.PID, 20*time.Second) {
		t.Fatal("the engine outlived its supervisor")
	}
	if err := manager.Up(ctx, aurora.StackSpec{}, func(aurora.Component) {}); err != nil {
		t.Fatal(err)
	}
	if next, ok := dir.ReadRunFile(PartEngine); !ok || next.PID == engine.PID {
		t.Error("no new engine answers")
	}
}

func TestUpGivesUpOnAPartThatCrashesAndSaysWhy(t *testing.T) {
	t.Parallel()
	dir := prepared(t, aurora.StackSpec{})
	manager := &Manager{Dir: dir, Executable: os.Args[0], Env: os.Environ()}
	t.Cleanup(func() { _ = manager.Down(false) })
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	err := manager.Up(ctx, aurora.StackSpec{Demo: true}, func(aurora.Component) {})
	var e *aurora.Error
	if !errors.As(err, &e) || e.Code != aurora.CodeStackUnhealthy || !strings.Contains(e.Detail, "it was told to crash") || !strings.Contains(e.Hint, dir.Log(PartGenerator)) {
		t.Errorf("got %+v", err)
	}
}

func TestASecondSupervisorIsRefusedAndNamesTheFirst(t *testing.T) {
	t.Parallel()
	dir := prepared(t, aurora.StackSpec{})
	supervise(t, dir)
	eventually(t, "the engine answers", running(dir, PartEngine))
	err := newSupervisor(dir).Run(t.Context())
	var e *aurora.Error
	if !errors.As(err, &e) || e.Code != aurora.CodeLocked || !strings.Contains(e.Detail, strconv.Itoa(os.Getpid())) {
		t.Errorf("got %+v", err)
	}
}

func TestPlanUpChoosesAnotherPortAndNamesTheOwner(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	taken := listener.Addr().(*net.TCPAddr).Port
	dir := prepared(t, aurora.StackSpec{EnginePort: taken})
	manager := &Manager{Dir: dir, Library: func() error { return nil }}
	plan, err := manager.PlanUp(t.Context(), aurora.StackSpec{})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Stack.EnginePort == taken || len(plan.Notes) != 1 || !strings.Contains(plan.Notes[0], fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("port %d, notes %q", plan.Stack.EnginePort, plan.Notes)
	}
}

func TestUpMovesAPartWhosePortWasTakenAfterThePlan(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	taken := listener.Addr().(*net.TCPAddr).Port
	dir := prepared(t, aurora.StackSpec{})
	manager := &Manager{Dir: dir, Executable: os.Args[0], Env: os.Environ()}
	t.Cleanup(func() { _ = manager.Down(false) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := manager.Up(ctx, aurora.StackSpec{EnginePort: taken}, func(aurora.Component) {}); err != nil {
		t.Fatal(err)
	}
	if spec, _ := dir.ReadSpec(); spec.EnginePort == taken || spec.EnginePort == 0 {
		t.Errorf("the engine's port is %d", spec.EnginePort)
	}
}

func TestPurgeDeletesTheDataAndKeepsTheLibrary(t *testing.T) {
	t.Parallel()
	dir := prepared(t, aurora.StackSpec{})
	for _, folder := range []string{"clickhouse", "engine"} {
		if err := os.MkdirAll(filepath.Join(string(dir), folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	manager := &Manager{Dir: dir}
	if err := manager.Down(false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(string(dir), "clickhouse")); err != nil {
		t.Errorf("down without purge removed the data: %v", err)
	}
	if err := manager.Down(true); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(string(dir), "clickhouse")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("purge kept the data: %v", err)
	}
	if _, err := os.Stat(filepath.Join(string(dir), "engine")); err != nil {
		t.Errorf("purge removed the library: %v", err)
	}
}

func TestPrepareTellsAFolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var e *aurora.Error
	if err := Dir(filepath.Join(file, "data")).Prepare(); !errors.As(err, &e) || e.Code != aurora.CodeStorageUnwritable {
		t.Errorf("got %v", err)
	}
}

func TestUpBringsBackWhatAKilledSupervisorRanAndDownForgetsIt(t *testing.T) {
	t.Parallel()
	dir := prepared(t, aurora.StackSpec{EnginePort: 1, Broker: true, BrokerPort: 2, Demo: true})
	manager := &Manager{Dir: dir, Library: func() error { return nil }}
	plan, err := manager.PlanUp(t.Context(), aurora.StackSpec{})
	if err != nil || !plan.Stack.Broker || !plan.Stack.Demo {
		t.Errorf("after a kill: %+v, %v", plan.Stack, err)
	}
	if err := manager.Down(false); err != nil {
		t.Fatal(err)
	}
	if spec, _ := dir.ReadSpec(); spec != (aurora.StackSpec{EnginePort: 1, BrokerPort: 2}) {
		t.Errorf("after down: %+v", spec)
	}
}

func TestAPartThatRunsAloneIsShownKeepsItsDataAndStopsUp(t *testing.T) {
	t.Parallel()
	dir := Dir(t.TempDir())
	if err := dir.Prepare(); err != nil {
		t.Fatal(err)
	}
	lock, err := dir.TryLock(PartWorker)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	if err := dir.WriteRunFile(PartWorker, RunFile{PID: os.Getpid()}); err != nil {
		t.Fatal(err)
	}
	manager := &Manager{Dir: dir, Library: func() error { return nil }}
	if parts := manager.Stack(t.Context()).Components; len(parts) != 1 || parts[0].Name != PartWorker || parts[0].Health != aurora.Healthy {
		t.Errorf("status lists %+v", parts)
	}
	if plan := manager.PlanDown(false); !plan.Nothing || len(plan.Notes) != 1 {
		t.Errorf("down plans %+v", plan)
	}
	_, upErr := manager.PlanUp(t.Context(), aurora.StackSpec{})
	for what, err := range map[string]error{"up": upErr, "purge": manager.Down(true)} {
		var e *aurora.Error
		if !errors.As(err, &e) || e.Code != aurora.CodeLocked || !strings.Contains(e.Hint, strconv.Itoa(os.Getpid())) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := os.Stat(dir.Run("worker.lock")); err != nil {
		t.Errorf("purge removed the folder: %v", err)
	}
}
