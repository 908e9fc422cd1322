package stack

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// holder is a process that holds the lock of a part.
type holder struct {
	part string
	pid  int
}

// alone gives the pid of a part that somebody started without a supervisor, 0 when
// there is none. Locks tell, not run files: a lock ends with its process.
func (d Dir) alone(part string) int {
	pid := d.held(part)
	if part == PartBroker {
		pid = lockedBy(filepath.Join(string(d), "broker", "lock"))
	}
	cmdline, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if pid <= 1 || err != nil || len(cmdline) == 0 {
		return 0 // free, just beginning, or just ending
	}
	for _, flag := range []string{"--supervised", "--supervised=true"} {
		if bytes.Contains(cmdline, []byte("\x00"+flag+"\x00")) {
			return 0
		}
	}
	return pid
}

// staying lists the processes that use the folder and that Down does not stop.
func (m *Manager) staying() []holder {
	names := []string{PartBroker}
	locks, _ := filepath.Glob(m.Dir.Run("*.lock"))
	for _, path := range locks {
		names = append(names, strings.TrimSuffix(filepath.Base(path), ".lock"))
	}
	var left []holder
	for _, name := range names {
		if name == "supervisor" {
			continue
		}
		pid := m.Dir.alone(name)
		if r, alive := m.Dir.ReadRunFile(name); pid == 0 || alive && r.PID == pid && m.Dir.belongsTo(pid) && stops(name) {
			continue
		}
		left = append(left, holder{name, pid})
	}
	return left
}

// stops tells whether Down stops a part of this name.
func stops(name string) bool {
	return name == PartEngine || name == PartBroker || name == PartWorker || name == PartGenerator
}

func runsAlone(part string, pid int, d Dir) error {
	return &aurora.Error{
		Code: aurora.CodeLocked, Title: "the " + part + " was started on its own and uses the data folder " + string(d),
		Detail: fmt.Sprintf("it is process %d", pid), Hint: fmt.Sprintf("stop it first: kill %d; or use another --data-dir", pid),
	}
}
