package embedded

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/embedded/chdb"
)

const childVariable = "AURORA_EMBEDDED_TEST_CHILD"

// TestRecoveredFaultLeavesTheEngineAlive runs in a process of its own: a Go fault
// that is recovered must not reach the engine's signal handlers.
func TestRecoveredFaultLeavesTheEngineAlive(t *testing.T) {
	t.Parallel()
	if os.Getenv(childVariable) != "" {
		if err := faultChild(t.TempDir()); err != nil {
			t.Fatal(err)
		}
		return
	}
	library(t)
	child := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), childVariable+"=1")
	if output, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func faultChild(dir string) error {
	lib, err := chdb.Load(libraryPath())
	if err != nil {
		return err
	}
	lib.DisableSignalHandlers()
	conn, err := lib.Connect("--path="+filepath.Join(dir, "data"), "--log-level=error")
	if err != nil {
		return err
	}
	defer conn.Close()
	for i := range 3 {
		if fault() == nil {
			return fmt.Errorf("the fault %d was not recovered", i)
		}
		if got, err := text(conn, "SELECT 40 + 2"); err != nil || got != "42" {
			return fmt.Errorf("after fault %d: %q, %w", i, got, err)
		}
	}
	return nil
}

func fault() (recovered any) {
	defer func() { recovered = recover() }()
	var nothing *Config
	return nothing.DataDir
}

func TestCheckLibrary(t *testing.T) {
	t.Parallel()
	wrong := filepath.Join(t.TempDir(), "wrong.so")
	if err := os.WriteFile(wrong, []byte("no ELF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CheckLibrary(wrong); err == nil {
		t.Error("a text file passes as a library")
	}
	for _, libc := range []string{"/lib/x86_64-linux-gnu/libm.so.6", "/lib64/libm.so.6"} {
		if _, err := os.Stat(libc); err != nil {
			continue
		}
		if err := CheckLibrary(libc); err == nil || !strings.Contains(err.Error(), "lacks chdb_connect") {
			t.Errorf("libm passes: %v", err)
		}
	}
	library(t)
	if err := CheckLibrary(libraryPath()); err != nil {
		t.Error(err)
	}
}

func library(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(libraryPath()); err == nil {
		return
	}
	if os.Getenv("AURORA_TEST_REQUIRE") == "1" {
		t.Fatal("the engine library is required: aurora engine install")
	}
	t.Skip("skipped: no engine library (aurora engine install)")
}

func libraryPath() string {
	dir := os.Getenv("AURORA_ENGINE_DIR")
	if dir == "" {
		data := os.Getenv("XDG_DATA_HOME")
		if data == "" {
			home, _ := os.UserHomeDir()
			data = filepath.Join(home, ".local", "share")
		}
		dir = filepath.Join(data, "aurora", "engine")
	}
	return filepath.Join(dir, LibraryVersion, libraryName)
}

func TestEnviron(t *testing.T) {
	t.Parallel()
	dirty := []string{"PATH=/bin", "OPENAI_API_KEY=x", "TZ=Asia/Tokyo", "LANG=C", "PATHX=1", "HOME=/root", "LC_ALL=C"}
	if got := Environ(dirty); !slices.Equal(got, []string{"LANG=C", "LC_ALL=C", "PATH=/bin", "TZ=UTC"}) {
		t.Errorf("the reduced environment is %v", got)
	}
	if Reduced(dirty) || !Reduced(Environ(dirty)) || Reduced(append(Environ(dirty), "X=1")) || Reduced(nil) {
		t.Error("Reduced does not know an environment that Environ gave")
	}
	if err := Run(t.Context(), Config{DataDir: t.TempDir(), Environ: dirty}, nil); err == nil {
		t.Error("an engine starts with secrets in its environment")
	}
}

func TestSecretsAreMadeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := LoadSecrets(dir); aurora.AsError(err).Code != aurora.CodeStackNotRunning {
		t.Errorf("without secrets: %v", err)
	}
	first, err := EnsureSecrets(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := EnsureSecrets(dir)
	if err != nil || first != second || first.Writer == first.Reader || len(first.Writer) < 26 {
		t.Errorf("secrets %v then %v, error %v", first, second, err)
	}
	info, err := os.Stat(filepath.Join(dir, secretsName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, error %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, secretsName), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := EnsureSecrets(dir); aurora.AsError(err).Code != aurora.CodeConfigInvalid {
		t.Errorf("damaged secrets: %v", err)
	}
}

func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", "192.168.0.1:0", "example.com:0", "nonsense", "[::]:0", ":0"} {
		listener, err := listen(t.Context(), address)
		if err == nil {
			_ = listener.Close()
		}
		if aurora.AsError(err) == nil || aurora.AsError(err).Code != aurora.CodeUsage {
			t.Errorf("%s: %v, want a usage error", address, err)
		}
	}
}
