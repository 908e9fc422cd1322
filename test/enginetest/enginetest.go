// Package enginetest gives tests a real engine: the real `aurora engine` process
// on a folder and a port of its own.
package enginetest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/embedded"
)

// startLimit is how long a start may take on a busy machine.
const startLimit = 60 * time.Second

// Engine is a running `aurora engine`.
type Engine struct {
	// URL is its HTTP address, "http://127.0.0.1:PORT".
	URL string
	// Address is the host and port of URL.
	Address string
	// The users and their passwords.
	WriterUser, WriterPassword string
	ReaderUser, ReaderPassword string
	// DataDir is the folder of the stack the engine belongs to.
	DataDir string
	// PID is the engine's process.
	PID int
	// Version is the version of ClickHouse.
	Version string

	t       testing.TB
	options options
	process *exec.Cmd
	ended   chan error
	output  *output
}

type options struct {
	dataDir string
	environ []string
	args    []string
}

// Option changes how the engine is started.
type Option func(*options)

// DataDir makes the engine use this folder instead of a fresh one.
func DataDir(path string) Option { return func(o *options) { o.dataDir = path } }

// Environ adds variables to the environment of `aurora engine`.
func Environ(entries ...string) Option {
	return func(o *options) { o.environ = append(o.environ, entries...) }
}

// Args adds arguments to `aurora engine`.
func Args(args ...string) Option { return func(o *options) { o.args = append(o.args, args...) } }

// Start starts an engine and stops it when the test ends. Without the engine
// library the test is skipped aloud, or fails where AURORA_TEST_REQUIRE is set.
func Start(t testing.TB, opts ...Option) *Engine {
	t.Helper()
	e := &Engine{t: t, WriterUser: embedded.WriterUser, ReaderUser: embedded.ReaderUser}
	for _, option := range opts {
		option(&e.options)
	}
	if e.options.dataDir == "" {
		e.options.dataDir = t.TempDir()
	}
	e.DataDir = e.options.dataDir
	requireLibrary(t)
	if err := e.start(t.Context()); err != nil {
		t.Fatalf("start the engine: %v", err)
	}
	t.Cleanup(e.cleanUp)
	return e
}

// Command is `aurora` with these arguments, not started yet, and with the
// environment that tests have.
func Command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(Binary(t), args...)
	cmd.Env = environ()
	return cmd
}

func environ() []string {
	return append(os.Environ(), "AURORA_ENGINE_DIR="+LibraryDir())
}

func (e *Engine) start(ctx context.Context) error {
	args := append([]string{"engine", "--port", "0", "--data-dir", e.DataDir}, e.options.args...)
	e.process = Command(e.t, args...)
	e.process.Env = append(e.process.Env, e.options.environ...)
	e.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	e.output = &output{}
	e.process.Stdout, e.process.Stderr = e.output, e.output
	if err := e.process.Start(); err != nil {
		return err
	}
	e.ended = make(chan error, 1)
	go func(p *exec.Cmd, ended chan error) { ended <- p.Wait() }(e.process, e.ended) // ends with the process
	return e.await(ctx)
}

// await waits until the engine answers.
func (e *Engine) await(ctx context.Context) error {
	run := filepath.Join(e.DataDir, "run")
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); {
		running, err := embedded.Find(ctx, run)
		if err == nil && running.PID == e.process.Process.Pid {
			return e.note(run, running)
		}
		select {
		case err := <-e.ended:
			e.ended <- err
			return fmt.Errorf("it ended: %w\n%s", err, e.output)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return fmt.Errorf("no answer after %s\n%s", startLimit, e.output)
}

func (e *Engine) note(run string, running embedded.Running) error {
	secrets, err := embedded.LoadSecrets(run)
	if err != nil {
		return err
	}
	e.WriterPassword, e.ReaderPassword = secrets.Writer, secrets.Reader
	e.Address, e.URL = running.Address, "http://"+running.Address
	e.PID, e.Version = running.PID, running.Version
	return nil
}

// Kill ends the engine as a crash would, and waits until it is gone.
func (e *Engine) Kill() {
	e.t.Helper()
	_ = e.process.Process.Signal(syscall.SIGKILL)
	e.wait()
}

// Stop asks the engine to end and gives its exit status.
func (e *Engine) Stop() int {
	e.t.Helper()
	_ = e.process.Process.Signal(syscall.SIGTERM)
	e.wait()
	return e.process.ProcessState.ExitCode()
}

// Signal sends a signal to the engine.
func (e *Engine) Signal(signal os.Signal) { _ = e.process.Process.Signal(signal) }

// Wait waits until the engine has ended by itself and gives its exit status.
func (e *Engine) Wait() int {
	e.t.Helper()
	e.wait()
	return e.process.ProcessState.ExitCode()
}

// Restart stops the engine, if it runs, and starts it again on the same data. The
// address may be another one afterwards.
func (e *Engine) Restart() {
	e.t.Helper()
	if e.Running() {
		e.Stop()
	}
	if err := e.start(e.t.Context()); err != nil {
		e.t.Fatalf("start the engine again: %v", err)
	}
}

// Running says whether the process is there.
func (e *Engine) Running() bool {
	select {
	case err := <-e.ended:
		e.ended <- err
		return false
	default:
		return true
	}
}

// Output is what the engine's process has written so far.
func (e *Engine) Output() string { return e.output.String() }

func (e *Engine) wait() {
	e.t.Helper()
	select {
	case err := <-e.ended:
		e.ended <- err
	case <-time.After(startLimit):
		_ = e.process.Process.Kill()
		e.t.Fatalf("the engine did not end\n%s", e.output)
	}
}

func (e *Engine) cleanUp() {
	if e.Running() {
		e.Stop()
	}
	if e.t.Failed() {
		e.t.Logf("output of the engine:\n%s", e.output)
	}
}

// Query runs a statement as the writer and gives the answer's body.
func (e *Engine) Query(sql string) string {
	e.t.Helper()
	return e.query(e.WriterUser, e.WriterPassword, sql)
}

// Read runs a statement as the reader and gives the answer's body.
func (e *Engine) Read(sql string) string {
	e.t.Helper()
	return e.query(e.ReaderUser, e.ReaderPassword, sql)
}

func (e *Engine) query(user, password, sql string) string {
	e.t.Helper()
	request, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost, e.URL, bytes.NewBufferString(sql))
	if err != nil {
		e.t.Fatal(err)
	}
	request.SetBasicAuth(user, password)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		e.t.Fatalf("%s: %v", sql, err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		e.t.Fatalf("%s: %v", sql, err)
	}
	if response.StatusCode != http.StatusOK {
		e.t.Fatalf("%s: %s", sql, body.String())
	}
	return body.String()
}

// output keeps what a process writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
