package contract

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/test/enginetest"
)

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	status, output := runAurora(t, "engine", "--port", "0", "--data-dir", e.DataDir)
	if status != 1 || !strings.Contains(output, fmt.Sprintf("its process id is %d", e.PID)) || !strings.Contains(output, "next:") {
		t.Errorf("exit %d, want 1 with the pid %d:\n%s", status, e.PID, output)
	}
	if got := e.Query("SELECT 1"); got != "1\n" {
		t.Errorf("the first engine gives %q", got)
	}
}

func TestStartFailures(t *testing.T) {
	t.Parallel()
	enginetest.Binary(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"a taken port":             {[]string{"--port", port, "--data-dir", t.TempDir()}, "is taken"},
		"a data folder that is no": {[]string{"--port", "0", "--data-dir", file}, "cannot write to"},
		"an unknown durability":    {[]string{"--port", "0", "--data-dir", t.TempDir(), "--durability", "none"}, "unknown durability"},
	} {
		t.Run(name, func(t *testing.T) {
			status, output := runAurora(t, append([]string{"engine"}, c.args...)...)
			if status == 0 || !strings.Contains(output, c.says) || !strings.Contains(output, "next:") {
				t.Errorf("exit %d, want %q in three lines:\n%s", status, c.says, output)
			}
		})
	}
	t.Run("no library", func(t *testing.T) {
		cmd := enginetest.Command(t, "engine", "--port", "0", "--data-dir", t.TempDir())
		cmd.Env = append(cmd.Env, "AURORA_ENGINE_DIR="+t.TempDir())
		output, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(output), "aurora engine install") {
			t.Errorf("exit %d:\n%s", cmd.ProcessState.ExitCode(), output)
		}
	})
	t.Run("data that cannot be opened", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "clickhouse"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if status, output := runAurora(t, "engine", "--port", "0", "--data-dir", dir); status != 1 || !strings.Contains(output, "next:") {
			t.Errorf("exit %d:\n%s", status, output)
		}
	})
}

// TestEngineEndsWithItsSupervisor closes the pipe that a supervisor would hold.
func TestEngineEndsWithItsSupervisor(t *testing.T) {
	t.Parallel()
	enginetest.Start(t).Stop() // skips where there is no library
	dir := t.TempDir()
	cmd := enginetest.Command(t, "engine", "--port", "0", "--data-dir", dir, "--supervised")
	pipe, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the engine answers", func() bool {
		_, err := os.Stat(filepath.Join(dir, "run", "engine.json"))
		return err == nil
	})
	_ = pipe.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the engine ended with %v", err)
	}
}

func TestDamagedDataIsExplained(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Kill()
	damaged := filepath.Join(e.DataDir, "clickhouse", "metadata", "aurora.sql")
	if err := os.WriteFile(damaged, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, output := runAurora(t, "engine", "--port", "0", "--data-dir", e.DataDir)
	if status != 1 || !strings.Contains(output, "error: the engine does not start on") || !strings.Contains(output, "why:   Code: 62.") || !strings.Contains(output, "next:") {
		t.Errorf("exit %d:\n%s", status, output)
	}
}

func TestStopIsClean(t *testing.T) {
	t.Parallel()
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		e := enginetest.Start(t)
		if status := e.Stop(); status != 0 {
			t.Errorf("exit %d\n%s", status, e.Output())
		}
		if _, err := os.Stat(filepath.Join(e.DataDir, "run", "engine.json")); !os.IsNotExist(err) {
			t.Errorf("the run file is still there: %v", err)
		}
	})
	t.Run("while statements run", func(t *testing.T) {
		t.Parallel()
		e := enginetest.Start(t)
		e.Query("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
		on := target{address: e.Address, writer: e.WriterUser, password: e.WriterPassword}
		var group sync.WaitGroup
		for _, sql := range []string{
			"SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
			"INSERT INTO t SELECT number FROM numbers(100000000000) WHERE sipHash64(number) % 1000 = 0",
			"SELECT number, sleepEachRow(0.001) FROM numbers(100000000) SETTINGS max_block_size = 100",
		} {
			conn := on.open(t)
			group.Go(func() { _, _ = count(t.Context(), conn, sql) })
		}
		until(t, "three statements run", func() bool { return e.Query("SELECT count() > 3 FROM system.processes") == "1\n" })
		started := time.Now()
		if status := e.Stop(); status != 0 {
			t.Errorf("exit %d\n%s", status, e.Output())
		}
		if took := time.Since(started); took > 15*time.Second {
			t.Errorf("the stop took %s", took)
		}
		group.Wait()
		e.Restart()
		e.Query("SELECT count() FROM t")
	})
}

// TestStopDoesNotWaitForASlowBody: a client that never ends its insert.
func TestStopDoesNotWaitForASlowBody(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Query("CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a")
	conn, err := net.Dial("tcp", e.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /?user=writer&password=%s&query=%s HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000000\r\n\r\n1\n2\n",
		e.WriterPassword, url.QueryEscape("INSERT INTO t FORMAT CSV"), e.Address)
	until(t, "the insert is under way", func() bool { return e.Query("SELECT count() > 1 FROM system.processes") == "1\n" })
	if status := e.Stop(); status != 0 {
		t.Errorf("exit %d\n%s", status, e.Output())
	}
	e.Restart()
	if got := e.Query("SELECT count() FROM t"); got != "0\n" {
		t.Errorf("%s rows of an insert that never ended", got)
	}
}

// TestKilledEngineKeepsWhatItAcknowledged kills the process under inserts.
func TestKilledEngineKeepsWhatItAcknowledged(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	e.Query("CREATE TABLE t (w UInt8, n UInt64) ENGINE = MergeTree ORDER BY (w, n) SETTINGS non_replicated_deduplication_window = 100000")
	var acknowledged [3]uint64
	for range 3 {
		on := target{address: e.Address, writer: e.WriterUser, password: e.WriterPassword}
		var group sync.WaitGroup
		for w := range acknowledged {
			conn := on.open(t)
			group.Go(func() { // ends when the engine is gone
				// A kill between the rows and their entry in the log of tokens leaves rows that
				// the token alone would not recognise: whoever tries again counts first.
				var there uint64
				if conn.QueryRow(t.Context(), fmt.Sprintf("SELECT count() FROM t WHERE w = %d AND n >= %d", w, acknowledged[w]*5000)).Scan(&there) == nil && there == 5000 {
					acknowledged[w]++
				}
				for {
					// the token makes the retry of an unacknowledged block harmless
					sql := fmt.Sprintf("INSERT INTO t SETTINGS insert_deduplication_token = '%d-%d' SELECT %d, number FROM numbers(%d, 5000)",
						w, acknowledged[w], w, acknowledged[w]*5000)
					if conn.Exec(t.Context(), sql) != nil {
						return
					}
					acknowledged[w]++
				}
			})
		}
		time.Sleep(300 * time.Millisecond) // the work of a round
		e.Kill()
		group.Wait()
		e.Restart()
	}
	for w, blocks := range acknowledged {
		got := e.Query(fmt.Sprintf("SELECT count() >= %d AND count() = uniqExact(n) AND count() <= %d FROM t WHERE w = %d", blocks*5000, (blocks+1)*5000, w))
		if got != "1\n" || blocks == 0 {
			t.Errorf("inserter %d: %d blocks were acknowledged, and the table disagrees", w, blocks)
		}
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	e := enginetest.Start(t)
	for _, harmless := range []os.Signal{syscall.SIGURG, syscall.SIGCHLD, syscall.SIGWINCH, syscall.SIGPIPE} {
		e.Signal(harmless)
	}
	if got := e.Query("SELECT 1"); got != "1\n" {
		t.Errorf("after signals the engine gives %q", got)
	}
	e.Signal(os.Interrupt)
	if status := e.Wait(); status != 0 {
		t.Errorf("exit %d after an interrupt\n%s", status, e.Output())
	}
}

// runAurora runs a command to its end.
func runAurora(t *testing.T, args ...string) (int, string) {
	t.Helper()
	cmd := enginetest.Command(t, args...)
	output, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(output)
}
