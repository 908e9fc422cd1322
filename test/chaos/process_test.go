package chaos

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// build makes the binary with failpoints, once per test process, unless AURORA_CHAOS_BINARY
// names one. Go's cache makes a repeated build short.
var build = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("AURORA_CHAOS_BINARY"); path != "" {
		return path, nil
	}
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	root := filepath.Dir(strings.TrimSpace(string(out)))
	path := filepath.Join(os.TempDir(), "aurora-chaos-"+strings.ReplaceAll(strings.Trim(root, "/"), "/", "-"))
	fresh := path + ".new"
	cmd := exec.Command("go", "build", "-tags", "failpoint", "-o", fresh, "./cmd/aurora")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &exec.Error{Name: "go build: " + string(out), Err: err}
	}
	return path, os.Rename(fresh, path)
})

// process is a spawned aurora.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	log   string
}

// spawn starts aurora; its output is appended to a log that a failing test shows.
func (r *rig) spawn(name string, env []string, args ...string) *process {
	r.t.Helper()
	log := filepath.Join(r.dir, name+".log")
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(r.binary, args...)
	cmd.Env = append(append(os.Environ(), r.env...), env...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // nothing outlives the test
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	p := &process{cmd: cmd, ended: make(chan struct{}), log: log}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	r.t.Cleanup(func() { p.kill() })
	return p
}

// kill ends the process as kill -9 does, and waits for it.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// stop ends the process gracefully and gives how long it took and its exit status.
func (p *process) stop(t *testing.T) (took time.Duration, status int) {
	t.Helper()
	begun := time.Now()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		t.Errorf("%s does not stop within 30 s", p.log)
		p.kill()
	}
	return time.Since(begun), p.cmd.ProcessState.ExitCode()
}

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// eventually waits for a condition with a deadline.
func eventually(t *testing.T, what string, limit time.Duration, condition func(ctx context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for !condition(ctx) {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s", limit, what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
