package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// lockWait is how long a taken lock is tried again: an engine that was killed
// holds it until the kernel has taken its memory back.
const lockWait = time.Second

// lockData makes this process the only engine of a data folder. The lock ends
// with the process, however it ends; the file names its owner for people.
func lockData(ctx context.Context, runDir string) (unlock func(), err error) {
	path := filepath.Join(runDir, "engine.lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unwritable(path, err)
	}
	err = flock(ctx, file)
	if errors.Is(err, unix.EWOULDBLOCK) {
		owner, _ := io.ReadAll(io.LimitReader(file, 32))
		file.Close()
		return nil, locked(strings.TrimSpace(string(owner)), filepath.Dir(runDir))
	}
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(file, "%d\n", os.Getpid())
	}
	if err != nil {
		file.Close()
		return nil, unwritable(path, err)
	}
	return func() { file.Close() }, nil
}

func flock(ctx context.Context, file *os.File) error {
	for deadline := time.Now().Add(lockWait); ; {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func locked(owner, dataDir string) *aurora.Error {
	if owner == "" {
		owner = "unknown"
	}
	return &aurora.Error{
		Code: aurora.CodeLocked, Title: "another engine uses the data folder " + dataDir,
		Detail: "its process id is " + owner,
		Hint:   "aurora down, or choose another folder with --data-dir",
		Extra:  map[string]any{"pid": owner},
	}
}
