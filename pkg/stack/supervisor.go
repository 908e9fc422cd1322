package stack

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Part is a process that the supervisor keeps alive.
type Part struct {
	Name string
	// Args are the arguments of the aurora binary.
	Args []string
	// After names the parts that must answer before this one starts.
	After []string
}

// Back-off between restarts: it doubles from first to last, and starts anew after a part ran for a while.
const (
	firstBackoff  = 200 * time.Millisecond
	lastBackoff   = 10 * time.Second
	steadyRun     = 30 * time.Second
	stopGrace     = 20 * time.Second
	maxLogBytes   = 16 << 20
	specPollEvery = 250 * time.Millisecond
)

// Supervisor keeps the parts of one data folder alive.
type Supervisor struct {
	Dir        Dir
	Executable string
	Env        []string
	// Parts gives the parts of a spec.
	Parts func(aurora.StackSpec) []Part
	Log   *slog.Logger

	mu    sync.Mutex
	state supervisorState
	done  map[string]chan struct{}
}

// supervisorState is what run/supervisor.json holds.
type supervisorState struct {
	PID     int         `json:"pid"`
	Started time.Time   `json:"started"`
	Parts   []partState `json:"parts"`
}

type partState struct {
	Name      string    `json:"name"`
	PID       int       `json:"pid"`
	Started   time.Time `json:"started"`
	Restarts  int       `json:"restarts"`
	LastError string    `json:"last_error,omitempty"`
}

// Run keeps the parts of the spec alive until ctx ends; then it stops them,
// the last started first. Parts that are added to the spec later are started too.
func (s *Supervisor) Run(ctx context.Context) error {
	lock, err := s.Dir.TryLock("supervisor")
	if err != nil {
		return err
	}
	defer lock.Release()
	s.state = supervisorState{PID: os.Getpid(), Started: time.Now().UTC()}
	s.done = map[string]chan struct{}{}
	s.save()
	defer s.Dir.RemoveRunFile("supervisor")
	// Parts outlive ctx: they are stopped one after the other, in reverse order.
	cancels := map[string]context.CancelFunc{}
	var order []string
	for ctx.Err() == nil {
		spec, _ := s.Dir.ReadSpec()
		for _, part := range s.Parts(spec) {
			if cancels[part.Name] == nil {
				partCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
				cancels[part.Name], s.done[part.Name] = cancel, make(chan struct{})
				order = append(order, part.Name)
				go s.keep(partCtx, part.Name, s.done[part.Name])
			}
		}
		wait(ctx, specPollEvery)
	}
	for _, name := range slices.Backward(order) {
		cancels[name]()
		<-s.done[name]
	}
	return nil
}

// keep starts a part again whenever it ends, until ctx ends. The spec is read
// anew for each start: `up` gives a part another port when its own was taken.
func (s *Supervisor) keep(ctx context.Context, name string, done chan struct{}) {
	defer close(done)
	backoff := firstBackoff
	for ctx.Err() == nil {
		part := s.part(name)
		s.awaitReady(ctx, part.After)
		s.awaitPredecessor(ctx, part.Name)
		if ctx.Err() != nil {
			return
		}
		started := time.Now()
		reason := s.runOnce(ctx, part)
		s.Dir.RemoveRunFile(part.Name)
		if ctx.Err() != nil {
			return
		}
		if time.Since(started) > steadyRun {
			backoff = firstBackoff
		}
		s.Log.Warn("part ended", "part", part.Name, "reason", reason, "again_in", backoff)
		s.update(part.Name, func(p *partState) { p.PID, p.LastError = 0, reason; p.Restarts++ })
		wait(ctx, backoff)
		backoff = min(2*backoff, lastBackoff)
	}
}

func (s *Supervisor) part(name string) Part {
	spec, _ := s.Dir.ReadSpec()
	all := s.Parts(spec)
	return all[slices.IndexFunc(all, func(p Part) bool { return p.Name == name })]
}

// awaitReady waits until the named parts answer.
func (s *Supervisor) awaitReady(ctx context.Context, names []string) {
	for _, name := range names {
		for ctx.Err() == nil {
			if _, ok := s.Dir.ReadRunFile(name); ok {
				break
			}
			wait(ctx, 20*time.Millisecond)
		}
	}
}

// awaitPredecessor waits for a process that an earlier, killed supervisor left
// behind: it noticed the end of its pipe and is stopping.
func (s *Supervisor) awaitPredecessor(ctx context.Context, name string) {
	deadline := time.Now().Add(stopGrace)
	for ctx.Err() == nil {
		old, alive := s.Dir.ReadRunFile(name)
		if !alive || !s.Dir.belongsTo(old.PID) {
			return
		}
		if time.Now().After(deadline) {
			s.Log.Warn("killing a part that an earlier supervisor left behind", "part", name, "pid", old.PID)
			_ = syscall.Kill(old.PID, syscall.SIGKILL)
		}
		wait(ctx, 50*time.Millisecond)
	}
}

// runOnce runs a part until it ends or ctx does, and says why it ended.
func (s *Supervisor) runOnce(ctx context.Context, part Part) (reason string) {
	log, err := openLog(s.Dir.Log(part.Name))
	if err != nil {
		return err.Error()
	}
	defer func() { _ = log.Close() }()
	tail := &tailWriter{next: log}
	cmd := exec.Command(s.Executable, append(slices.Clone(part.Args), "--supervised", "--data-dir", string(s.Dir))...)
	cmd.Env, cmd.Stdout, cmd.Stderr = s.Env, tail, tail
	// An own process group keeps a terminal's signals, and those the engine sends to its group, away from the others.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return err.Error()
	}
	defer func() { _ = pipe.Close() }()
	if err := cmd.Start(); err != nil {
		return err.Error()
	}
	s.update(part.Name, func(p *partState) { p.PID, p.Started = cmd.Process.Pid, time.Now().UTC() })
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = s.stop(cmd, part.Name, ended)
	}
	if line := tail.lastError(); line != "" {
		return line
	}
	return fmt.Sprintf("ended: %v", err)
}

// stop asks a part to end, and kills it when it does not.
func (s *Supervisor) stop(cmd *exec.Cmd, name string, ended chan error) error {
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-ended:
		return err
	case <-time.After(stopGrace):
		s.Log.Warn("killing a part that does not stop", "part", name)
		_ = cmd.Process.Kill()
		return <-ended
	}
}

func (s *Supervisor) update(name string, change func(*partState)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.state.Parts, func(p partState) bool { return p.Name == name })
	if i < 0 {
		s.state.Parts = append(s.state.Parts, partState{Name: name})
		i = len(s.state.Parts) - 1
	}
	change(&s.state.Parts[i])
	s.save()
}

func (s *Supervisor) save() {
	if err := aurora.ReplaceJSON(s.Dir.Run("supervisor.json"), s.state); err != nil {
		s.Log.Error("cannot write the supervisor's state", "err", err)
	}
}

// openLog opens a part's log for appending; one older log is kept beside it.
func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogBytes {
		_ = os.Rename(path, path+".1")
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// tailWriter passes bytes on and keeps the last ones, to say why a part ended.
type tailWriter struct {
	next io.Writer
	mu   sync.Mutex
	tail []byte
}

const tailBytes = 64 << 10

func (t *tailWriter) Write(p []byte) (int, error) {
	t.mu.Lock()
	t.tail = append(t.tail, p...)
	if len(t.tail) > tailBytes {
		t.tail = slices.Clone(t.tail[len(t.tail)-tailBytes:])
	}
	t.mu.Unlock()
	return t.next.Write(p)
}

// lastError gives the last "error:" line with its reason, or the engine's last "Code:" line.
func (t *tailWriter) lastError() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.tail)), "\n")
	for i, line := range slices.Backward(lines) {
		if title, ok := strings.CutPrefix(line, "error: "); ok {
			if i+1 < len(lines) && strings.HasPrefix(lines[i+1], "why:") {
				title += ": " + strings.TrimSpace(strings.TrimPrefix(lines[i+1], "why:"))
			}
			return title
		}
		if strings.HasPrefix(line, "Code: ") {
			return line
		}
	}
	return ""
}
