package embedded

import (
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// startFailed explains why the engine did not open the data. What the library
// has to say of it goes to standard error only.
func (p *process) startFailed(said string, err error) error {
	detail := err.Error()
	for line := range strings.Lines(said) {
		if at := strings.Index(line, "Code: "); at >= 0 {
			detail = strings.TrimSpace(line[at:])
		}
	}
	return &aurora.Error{
		Code: aurora.CodeEngineStart, Title: "the engine does not start on " + p.folders.data, Detail: detail,
		Hint: "aurora doctor; the whole text is in " + p.folders.conf + "/start.log", Err: errors.Join(err),
	}
}

// capture runs work while standard error goes to a file, and gives its content,
// which is passed on to the true standard error too.
func capture(path string, work func() error) (string, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return "", unwritable(path, err)
	}
	defer file.Close()
	saved, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return "", work()
	}
	defer unix.Close(saved)
	if err := unix.Dup3(int(file.Fd()), 2, 0); err != nil {
		return "", work()
	}
	workErr := work()
	if err := unix.Dup3(saved, 2, 0); err != nil {
		return "", errors.Join(workErr, err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", workErr
	}
	said, _ := io.ReadAll(io.LimitReader(file, 64<<10))
	_, _ = unix.Write(2, said)
	return string(said), workErr
}
