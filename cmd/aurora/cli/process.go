// Package cli is the command line of Aurora: one verb, one file.
//
// A command is three small things: an options struct (what it depends on, then
// what the user typed), a constructor that parses, and a run function that
// works. Rules that another face needs too live in the engine, not here.
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
)

// Process is everything a command takes from the world around it. It enters
// here once; the rest of the program gets what it needs as arguments.
type Process struct {
	Args   []string // without the program name
	Env    []string // "NAME=value"
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// StdinTTY, StdoutTTY and StderrTTY tell whether the stream is a terminal.
	StdinTTY, StdoutTTY, StderrTTY bool
	Dir                            string // working directory
	Executable                     string // path of this program, to start parts of the stack
	Now                            func() time.Time
	// Signals gives a context that ends at the first interrupt; the second one ends the process.
	Signals func(context.Context) (context.Context, context.CancelFunc)
}

// OSProcess is the process as the operating system gives it.
func OSProcess() Process {
	dir, _ := os.Getwd()
	executable, err := os.Executable()
	if err != nil {
		executable = os.Args[0]
	}
	return Process{
		Args: os.Args[1:], Env: os.Environ(),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		StdinTTY: isatty.IsTerminal(os.Stdin.Fd()), StdoutTTY: isatty.IsTerminal(os.Stdout.Fd()),
		StderrTTY: isatty.IsTerminal(os.Stderr.Fd()),
		Dir:       dir, Executable: executable, Now: time.Now, Signals: notifySignals,
	}
}

// notifySignals ends the context at the first SIGINT or SIGTERM, so that work
// is drained, and leaves at once at the second.
func notifySignals(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() { // ends with ctx, or with the process
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
			return
		}
		<-signals
		os.Exit(130)
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}

// Getenv gives the value of an environment variable, "" when it is not set.
func (p Process) Getenv(name string) string {
	for i := len(p.Env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(p.Env[i], name+"="); ok {
			return value
		}
	}
	return ""
}

// Path makes a path that the user typed absolute.
func (p Process) Path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.Dir, path)
}
