package stack

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Lock is an exclusive lock on a file that names its owner. The kernel frees it when the process ends, however it ends.
type Lock struct{ file *os.File }

// TryLock takes the lock of a part of the stack, or says who holds it (code locked).
func (d Dir) TryLock(part string) (*Lock, error) {
	path := d.Run(part + ".lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unwritable(string(d), err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner := lockOwner(path)
		_ = file.Close()
		return nil, &aurora.Error{Code: aurora.CodeLocked, Title: fmt.Sprintf("another %s uses the data folder %s", part, d),
			Detail: fmt.Sprintf("process %d holds its lock", owner), Hint: "aurora status shows it; aurora down stops it; or use another --data-dir", Err: err}
	}
	if err := file.Truncate(0); err == nil {
		_, err = file.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
		if err != nil {
			_ = file.Close()
			return nil, unwritable(string(d), err)
		}
	}
	return &Lock{file}, nil
}

// Release frees the lock.
func (l *Lock) Release() { _ = l.file.Close() }

// held gives the pid of the process that holds the lock of a part, 0 when it is free.
func (d Dir) held(part string) int { return lockedBy(d.Run(part + ".lock")) }

// lockedBy gives the pid in a lock file that is held, 1 when it names none, and 0 when it is free.
func lockedBy(path string) int {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0
	}
	defer func() { _ = file.Close() }()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		return 0
	}
	return max(1, lockOwner(path))
}

func lockOwner(path string) int {
	content, _ := os.ReadFile(path)
	pid, _ := strconv.Atoi(strings.TrimSpace(string(content)))
	return pid
}
