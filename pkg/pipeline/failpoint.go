//go:build failpoint

package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Break takes parts of the protocol away, to show that the tests of exactly-once see it:
// a list of "intent", "token" and "owner", separated by commas.
func (w *Worker) Break(parts string) error {
	for part := range strings.SplitSeq(parts, ",") {
		switch part {
		case "":
		case "intent":
			w.breakage.noIntent = true
		case "token":
			w.breakage.noToken = true
		case "owner":
			w.breakage.noOwner = true
		default:
			return fmt.Errorf("unknown part of the protocol %q", part)
		}
	}
	return nil
}

// ParseFailpoints makes a hook from a list such as "insert.mid=hold:200ms,ledger.after=kill:3":
// hold sleeps while dir has a file of the point's name with ".wanted" behind it, and shows
// by a file of the point's name that it does; kill ends the process at the third hit, as
// SIGKILL does, without running anything more.
func ParseFailpoints(list, dir string) (func(point string), error) {
	actions := map[string]func(){}
	for entry := range strings.SplitSeq(list, ",") {
		if entry == "" {
			continue
		}
		point, action, _ := strings.Cut(entry, "=")
		verb, value, _ := strings.Cut(action, ":")
		do, err := newAction(verb, value, filepath.Join(dir, point))
		if err != nil {
			return nil, fmt.Errorf("failpoint %q: %w", entry, err)
		}
		actions[point] = do
	}
	return func(point string) {
		if do := actions[point]; do != nil {
			do()
		}
	}, nil
}

func newAction(verb, value, flag string) (func(), error) {
	switch verb {
	case "hold":
		d, err := time.ParseDuration(value)
		return func() { hold(d, flag) }, err
	case "kill":
		n, err := strconv.ParseInt(value, 10, 64)
		var hits atomic.Int64
		return func() {
			if hits.Add(1) == n {
				_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
				select {}
			}
		}, err
	}
	return nil, fmt.Errorf("unknown action %q", verb)
}

// hold sleeps, if somebody wants to strike meanwhile.
func hold(d time.Duration, flag string) {
	if _, err := os.Stat(flag + ".wanted"); err != nil {
		return
	}
	_ = os.WriteFile(flag, []byte(strconv.Itoa(os.Getpid())), 0o600)
	time.Sleep(d)
	_ = os.Remove(flag)
}
