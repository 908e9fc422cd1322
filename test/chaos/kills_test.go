package chaos

import (
	"context"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

var (
	flagKills   = flag.Int("kills", 5, "kills per victim that must count")
	flagRecords = flag.Int64("records", 100_000, "records produced per victim")
	flagSeed    = flag.Uint64("seed", 1, "seed of the times of the kills")
)

// hold is how long an insert waits half way through its body when a kill is to fall there.
const hold = 300 * time.Millisecond

// run is a series of kills of one victim while records are delivered.
type run struct {
	*rig
	rng    *rand.Rand
	worker *process
	engine *process
	port   int
	env    []string // of the worker

	counted, inBody, idle int
	last                  map[int32]aurora.Mark // committed at the last kill
}

func newRun(t *testing.T) *run {
	return &run{rig: newRig(t), rng: rand.New(rand.NewPCG(*flagSeed, 1)),
		env: []string{"AURORA_FAILPOINTS=insert.mid=hold:" + hold.String()}}
}

// alone starts engine and worker as processes of their own.
func (r *run) alone(batch aurora.Batch) {
	r.engine = r.startEngine(0)
	_, port, _ := strings.Cut(r.runFile("engine").Address, ":")
	r.port, _ = strconv.Atoi(port)
	r.declare(batch)
	r.startWorker()
}

func (r *run) startWorker() { r.worker = r.spawn("worker", r.env, "worker") }

// blocks are small, so that a run has many.
func blocks(records int64) aurora.Batch {
	return aurora.Batch{Rows: int(max(500, records/150)), Bytes: 8 << 20, Wait: 100 * time.Millisecond}
}

func TestKillsOfTheWorker(t *testing.T) {
	r := newRun(t)
	r.alone(blocks(*flagRecords))
	r.strikes(func() {
		r.worker.kill()
	}, r.startWorker)
	r.settle()
}

func TestKillsOfTheEngine(t *testing.T) {
	r := newRun(t)
	r.alone(blocks(*flagRecords))
	r.strikes(func() {
		r.engine.kill()
	}, func() { r.engine = r.startEngine(r.port) })
	if !r.worker.running() {
		t.Error("the worker did not survive the engine")
	}
	r.settle()
}

// strikes produces the records, and kills and revives the victim while they are delivered,
// until enough kills have counted.
func (r *run) strikes(kill, revive func()) {
	r.t.Helper()
	s := r.produce(r.t.Context(), *flagRecords, time.Duration(*flagKills)*2*time.Second)
	r.awaitProgress()
	for n := 0; r.counted < *flagKills; n++ {
		if n > 4**flagKills {
			r.t.Fatalf("only %d of %d kills met an open intent", r.counted, n)
		}
		body := n%2 == 0 && r.awaitBody()
		if !body {
			r.awaitIntent()
		}
		kill()
		r.count(body)
		r.want("insert.mid", false)
		struck := time.Now()
		revive()
		r.awaitProgress()
		r.t.Logf("kill %d: in a body %v, delivery went on after %s", n+1, body, time.Since(struck).Round(10*time.Millisecond))
	}
	<-s.done
	r.must(s.err)
	r.t.Logf("%d records; %d kills counted, %d of them inside the body of an insert; %d kills met no open intent",
		s.sums.count, r.counted, r.inBody, r.idle)
	if want := *flagKills * 3 / 10; r.inBody < want {
		r.t.Errorf("%d kills fell inside a body, want %d", r.inBody, want)
	}
	r.verify(s)
}

// count looks, right after a kill, whether a block was announced.
func (r *run) count(body bool) {
	ctx, cancel := context.WithTimeout(r.t.Context(), 10*time.Second)
	defer cancel()
	marks, err := r.commits(ctx)
	r.must(err)
	r.last = marks
	if announced(marks) == 0 {
		r.idle++
		return
	}
	r.counted++
	if body {
		r.inBody++
	}
}

func (r *run) flag(point string) string { return filepath.Join(r.flags, point) }

// want makes the worker wait at a point from now on, or not any more.
func (r *run) want(point string, wanted bool) {
	_ = os.Remove(r.flag(point))
	if !wanted {
		_ = os.Remove(r.flag(point) + ".wanted")
		return
	}
	r.must(os.WriteFile(r.flag(point)+".wanted", nil, 0o600))
}

// awaitProgress waits until something was committed since the last kill.
func (r *run) awaitProgress() {
	r.t.Helper()
	eventually(r.t, "delivery goes on", 90*time.Second, func(ctx context.Context) bool {
		marks, err := r.commits(ctx)
		return err == nil && !maps.Equal(marks, r.last)
	})
}

// awaitBody waits until an insert has just begun to wait half way through its body.
func (r *run) awaitBody() bool {
	r.want("insert.mid", true)
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(r.flag("insert.mid")); err == nil {
			time.Sleep(time.Duration(r.rng.Int64N(int64(hold / 3))))
			return true
		}
	}
	return false
}

// awaitIntent waits until a block is announced, and a little more.
func (r *run) awaitIntent() {
	eventually(r.t, "a block is announced", time.Minute, func(ctx context.Context) bool {
		marks, err := r.commits(ctx)
		return err == nil && announced(marks) > 0
	})
	time.Sleep(time.Duration(r.rng.Int64N(int64(20 * time.Millisecond))))
}

// verify waits until everything is delivered and compares it with what was produced.
func (r *run) verify(s *stream) {
	r.t.Helper()
	begun := time.Now()
	eventually(r.t, "everything is delivered", 3*time.Minute, func(ctx context.Context) bool { return r.settled(ctx, s.sums.count) })
	got, err := r.row(r.t.Context(), sumsSQL)
	r.must(err)
	have := sums{count: got[1], ids: got[2], amounts: got[3], texts: got[4]}
	r.t.Logf("delivered %s after the last kill", time.Since(begun).Round(time.Millisecond))
	r.t.Logf("produced %d; count() = %d, uniqExact(_topic, _partition, _offset) = %d; sums %+v", s.sums.count, got[1], got[0], have)
	if got[0] != s.sums.count || have != s.sums {
		r.t.Errorf("the table has %d distinct offsets and %+v; produced were %+v", got[0], have, s.sums)
	}
	r.verifyLedger(s.sums.count)
}

// verifyLedger wants the ledger to account for every offset once.
func (r *run) verifyLedger(n int64) {
	r.t.Helper()
	got := r.own(`SELECT sum(last - first + 1), sum(read + gaps), sum(stored), sum(dead + tombstones + gaps),
countIf(first != before + 1) FROM (SELECT *, lagInFrame(last, 1, -1) OVER (PARTITION BY partition ORDER BY first) AS before
FROM aurora_system.ledger FINAL WHERE pipeline = '` + r.pipeline.ID + `')`)
	if got[0] != n || got[1] != n || got[2] != n || got[3] != 0 || got[4] != 0 {
		r.t.Errorf("ledger: %d offsets, %d accounted for, %d stored, %d not, %d breaks; want %d stored", got[0], got[1], got[2], got[3], got[4], n)
	}
}

// settle ends worker and engine gracefully: with exit status 0, inside ten seconds.
func (r *run) settle() {
	r.t.Helper()
	for _, p := range []*process{r.worker, r.engine} {
		if took, status := p.stop(r.t); status != 0 || took > 10*time.Second {
			r.t.Errorf("%s ended with status %d after %s", filepath.Base(p.log), status, took)
		}
	}
}

// TestKillsOfTheSupervisor kills the supervisor of `aurora up`; its parts then stop by
// themselves, and the next `aurora up` starts them again.
func TestKillsOfTheSupervisor(t *testing.T) {
	r := newRun(t)
	r.up()
	t.Cleanup(r.down)
	r.must(r.open(t.Context()))
	r.declare(blocks(*flagRecords))
	r.strikes(func() {
		pid := r.runFile("supervisor").PID
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatalf("kill the supervisor, process %d: %v", pid, err)
		}
		eventually(t, "the supervisor is gone", 10*time.Second, func(context.Context) bool { return r.unlocked() })
	}, func() {
		r.up()
		// What the killed supervisor left behind may answer `up` while it is stopping.
		eventually(t, "the engine answers", time.Minute, func(ctx context.Context) bool { return r.open(ctx) == nil })
	})
}

// unlocked says that nobody holds the supervisor's lock: of a killed process with several
// threads the last one may end a moment after the first.
func (r *run) unlocked() bool {
	file, err := os.Open(filepath.Join(r.data, "run", "supervisor.lock"))
	if err != nil {
		return false
	}
	defer file.Close()
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

func (r *run) up() {
	r.t.Helper()
	p := r.spawn("up", r.env, "up", "-v")
	select {
	case <-p.ended:
	case <-time.After(90 * time.Second):
	}
	if p.running() || p.cmd.ProcessState.ExitCode() != 0 {
		r.t.Fatal("aurora up failed")
	}
}

func (r *run) down() {
	p := r.spawn("down", nil, "down")
	<-p.ended
}

// TestBrokenProtocol takes half of the protocol away and wants rows twice after the kills
// that the whole protocol survives.
func TestBrokenProtocol(t *testing.T) {
	for _, part := range []string{"token", "intent"} {
		t.Run("without the "+part, func(t *testing.T) {
			r := newRun(t)
			r.env = []string{"AURORA_FAILPOINTS=insert.after=hold:" + hold.String(), "AURORA_BREAK=" + part}
			// Ends by time only: after a restart a block ends elsewhere.
			r.alone(aurora.Batch{Rows: 500_000, Bytes: 64 << 20, Wait: 50 * time.Millisecond})
			s := r.produce(t.Context(), 20_000, 10*time.Second)
			for range 4 {
				r.want("insert.after", true)
				eventually(t, "a block is inserted", time.Minute, func(context.Context) bool {
					_, err := os.Stat(r.flag("insert.after"))
					return err == nil
				})
				r.worker.kill()
				r.want("insert.after", false)
				r.startWorker()
			}
			<-s.done
			r.must(s.err)
			eventually(t, "everything is delivered", time.Minute, func(ctx context.Context) bool { return r.settled(ctx, s.sums.count) })
			got, err := r.row(t.Context(), sumsSQL)
			r.must(err)
			t.Logf("without the %s: %d produced, %d rows, %d distinct offsets", part, s.sums.count, got[1], got[0])
			if got[1] <= got[0] {
				t.Errorf("no row is there twice: the kill tests could not see a broken protocol")
			}
		})
	}
}

// TestTheEngineComesBackElsewhere starts the killed engine on another port: the worker
// finds it by its run file.
func TestTheEngineComesBackElsewhere(t *testing.T) {
	r := newRun(t)
	r.alone(blocks(*flagRecords))
	s := r.produce(t.Context(), 20_000, 4*time.Second)
	r.awaitProgress()
	r.engine.kill()
	before := r.port
	r.engine = r.startEngine(0)
	if _, port, _ := strings.Cut(r.runFile("engine").Address, ":"); port == strconv.Itoa(before) {
		t.Skip("skipped: the free port is the old one")
	}
	<-s.done
	r.must(s.err)
	r.verify(s)
	r.settle()
}
