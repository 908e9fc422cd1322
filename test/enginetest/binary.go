package enginetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/embedded"
)

// binary is built at most once per test process.
var binary struct {
	once sync.Once
	path string
	err  error
}

// Binary is the `aurora` under test: the one AURORA_TEST_BINARY names, else one
// built from this module. The build is shared by all test processes of a user
// through a lock; Go's own cache makes a repeated one fast.
func Binary(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("AURORA_TEST_BINARY"); path != "" {
		return path
	}
	binary.once.Do(func() { binary.path, binary.err = build() })
	if binary.err != nil {
		t.Fatalf("build aurora: %v", binary.err)
	}
	return binary.path
}

func build() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(os.TempDir(), "aurora-test-"+strings.ReplaceAll(strings.Trim(root, "/"), "/", "-"))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	// to a new name, then renamed: another test process may run the old one
	fresh := filepath.Join(dir, "aurora.new")
	cmd := exec.Command("go", "build", "-o", fresh, "./cmd/aurora")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{string(out), err}
	}
	path := filepath.Join(dir, "aurora")
	return path, os.Rename(fresh, path)
}

type buildError struct {
	output string
	err    error
}

func (e *buildError) Error() string { return e.err.Error() + "\n" + e.output }
func (e *buildError) Unwrap() error { return e.err }

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// LibraryDir is the folder with the engine library for tests.
func LibraryDir() string {
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

func requireLibrary(t testing.TB) {
	t.Helper()
	_, err := embedded.Installed(LibraryDir())
	if err == nil {
		return
	}
	if os.Getenv("AURORA_TEST_REQUIRE") == "1" {
		t.Fatalf("the engine library is required: %v", err)
	}
	t.Skipf("skipped: %v (aurora engine install)", err)
}
