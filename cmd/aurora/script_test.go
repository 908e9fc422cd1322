package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/aurora-analytics/aurora/cmd/aurora/cli"
	"github.com/aurora-analytics/aurora/pkg/embedded"
	"github.com/aurora-analytics/aurora/pkg/stack"
)

// program is the test binary in the role of aurora; scripts and the shared stack run it.
const program = "aurora"

// run lets the shared stack be stopped after the last script.
type run struct{ m *testing.M }

func (r run) Run() int {
	code := r.m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the shared stack:", err)
		return 1
	}
	return code
}

func TestMain(m *testing.M) {
	testscript.Main(run{m}, map[string]func(){program: func() { os.Exit(cli.Main(cli.OSProcess())) }})
}

// TestScript runs the executable specification: one file per behaviour.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setUpScript,
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"fails": fails, "stack": useStack, "freeport": freePort, "eventually": eventually, "takeport": takePort},
		Condition: func(condition string) (bool, error) {
			if condition == "engine" {
				_, err := embedded.Installed(engineDir())
				return err == nil || os.Getenv("AURORA_TEST_REQUIRE") == "1", nil
			}
			return false, fmt.Errorf("unknown condition %q", condition)
		},
	})
}

// setUpScript gives each script a home of its own; the engine library is shared.
func setUpScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	env.Setenv("HOME", home)
	env.Setenv("XDG_DATA_HOME", "")
	env.Setenv("XDG_CONFIG_HOME", "")
	env.Setenv("AURORA_ENGINE_DIR", engineDir())
	env.Setenv("CI", "true")
	env.Defer(func() { // a script that failed leaves no stack behind
		for _, dir := range []string{filepath.Join(env.WorkDir, "stack"), filepath.Join(home, ".local", "share", "aurora")} {
			if _, err := os.Stat(dir); err == nil {
				_, _ = aurora("down", "--data-dir", dir)
			}
		}
	})
	return os.MkdirAll(home, 0o700)
}

// engineDir is where this machine has the engine library.
func engineDir() string {
	if dir := os.Getenv("AURORA_ENGINE_DIR"); dir != "" {
		return dir
	}
	data := os.Getenv("XDG_DATA_HOME")
	if data == "" {
		home, _ := os.UserHomeDir()
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "aurora", "engine")
}

// fails runs a command that must end with the given exit code and exactly the
// three lines of an error: `fails CODE aurora …`.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fails CODE command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		ts.Fatalf("the command ended with %v, want exit code %d", err, want)
	}
	if exit.ExitCode() != want {
		ts.Fatalf("exit code %d, want %d", exit.ExitCode(), want)
	}
	lines := strings.Split(strings.TrimRight(ts.ReadFile("stderr"), "\n"), "\n")
	if len(lines) < 3 || !strings.HasPrefix(lines[len(lines)-3], "error: ") || !strings.HasPrefix(lines[len(lines)-2], "why:   ") || !strings.HasPrefix(lines[len(lines)-1], "next:  ") {
		ts.Fatalf("stderr does not end with the three lines of an error")
	}
}

// eventually repeats a command until it succeeds and, with -stdout TEXT, prints that text; at most 60 s.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	want := ""
	if len(args) > 2 && args[0] == "-stdout" {
		want, args = args[1], args[2:]
	}
	if neg || len(args) == 0 {
		ts.Fatalf("usage: eventually [-stdout TEXT] command...")
	}
	deadline := time.Now().Add(time.Minute)
	for {
		err := ts.Exec(args[0], args[1:]...)
		if err == nil && strings.Contains(ts.ReadFile("stdout"), want) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("not in time (last: %v)", err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// freePort sets a variable to a loopback port on which nothing listens: `freeport NAME`.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], strconv.Itoa(listener.Addr().(*net.TCPAddr).Port))
	ts.Check(listener.Close())
}

// takePort listens on the port that the broker of a stopped stack had: `takeport FOLDER`.
func takePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: takeport FOLDER")
	}
	spec, ok := stack.Dir(args[0]).ReadSpec()
	if !ok {
		ts.Fatalf("no stack was ever started in %s", args[0])
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(spec.BrokerPort)))
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
}

// useStack points a script at the stack that the scripts share: engine, broker and worker, started once.
func useStack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: stack")
	}
	dir, err := shared.start()
	ts.Check(err)
	ts.Setenv("AURORA_DATA_DIR", dir)
}

var shared sharedStack

type sharedStack struct {
	once sync.Once
	dir  string
	err  error
}

func (s *sharedStack) start() (string, error) {
	s.once.Do(func() {
		s.dir, s.err = os.MkdirTemp("", "aurora-script-")
		if s.err == nil {
			_, s.err = aurora("up", "--broker", "--data-dir", s.dir)
		}
	})
	return s.dir, s.err
}

func (s *sharedStack) stop() error {
	if s.dir == "" {
		return nil
	}
	defer os.RemoveAll(s.dir)
	_, err := aurora("down", "--data-dir", s.dir)
	return err
}

// aurora runs the program outside of a script.
func aurora(args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "AURORA_ENGINE_DIR="+engineDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("aurora %s: %w: %s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return output, nil
}

// TestEveryCommandHasHelp walks the tree: each command says what it does, and its help works without configuration.
func TestEveryCommandHasHelp(t *testing.T) {
	var walk func(path []string)
	walk = func(path []string) {
		var stdout, stderr bytes.Buffer
		p := cli.OSProcess()
		p.Args, p.Env, p.Stdout, p.Stderr = append(path, "--help"), nil, &stdout, &stderr
		if code := cli.Main(p); code != 0 || stdout.Len() == 0 {
			t.Errorf("%v --help: exit %d, %s", path, code, stderr.Bytes())
		}
		for _, name := range subcommands(stdout.String()) {
			walk(append(append([]string{}, path...), name))
		}
	}
	walk(nil)
}

// subcommands reads the names of commands from a help text.
func subcommands(help string) []string {
	var names []string
	inside := false
	for line := range strings.Lines(help) {
		switch {
		case strings.HasSuffix(strings.TrimSpace(line), ":"):
			inside = !strings.HasPrefix(line, "Flags") && !strings.HasPrefix(line, "Global") && !strings.HasPrefix(line, "Usage") && !strings.HasPrefix(line, "Examples") && !strings.HasPrefix(line, "Start") && !strings.HasPrefix(line, "Aliases")
		case inside && strings.HasPrefix(line, "  "):
			if name := strings.Fields(line)[0]; name != "help" && name != "completion" && name != "exit-codes" {
				names = append(names, name)
			}
		}
	}
	return names
}

func TestErrorsAsJSONAreProblemDocuments(t *testing.T) {
	var stderr bytes.Buffer
	p := cli.OSProcess()
	p.Args, p.Env, p.Stdout, p.Stderr = []string{"ask", "-o", "json", "--offline", "--model", "x", "how many"}, nil, &bytes.Buffer{}, &stderr
	if code := cli.Main(p); code != 2 {
		t.Errorf("exit %d, want 2", code)
	}
	var problem struct{ Type, Title, Code, Hint string }
	if err := json.Unmarshal(stderr.Bytes(), &problem); err != nil || problem.Code != "usage" || problem.Hint == "" {
		t.Errorf("stderr is %s (%v)", stderr.Bytes(), err)
	}
}
