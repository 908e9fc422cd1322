package embedded

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"golang.org/x/sys/unix"
)

// lockData makes this process the only engine of a data folder. The lock ends
// with the process, however it ends; the file names its owner for people.
func lockData(runDir string) (unlock func(), err error) {
	path := filepath.Join(runDir, "engine.lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unwritable(path, err)
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) //nolint:gosec // a descriptor fits an int
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
