package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// InstallOptions says where the engine library comes from and goes to.
type InstallOptions struct {
	// EngineDir is the folder that holds one folder per library version.
	EngineDir string
	// From is a package file obtained elsewhere; empty means the npm client fetches it.
	From string
	// Force installs again although a good library is there.
	Force bool
	// CheckCommand is a command that loads the library whose path is appended to
	// it; see [CheckLibrary]. When the library does not fit, it fails and says why
	// on standard output. It runs in a process of its own because a bad library can
	// take the process down.
	CheckCommand []string
	// Environ is the environment of the npm client (its own configuration lives there).
	Environ []string
	// Progress is told each step; may be nil.
	Progress func(step string)
}

// Install puts the engine library into o.EngineDir, unless it is there already.
// The package and the library must have the size and the hashes compiled into
// this build; no script of the package runs. An interrupted install leaves
// nothing behind that a later start could take for a library.
func Install(ctx context.Context, o InstallOptions) (Library, error) {
	return install(ctx, o, pinnedRelease())
}

func install(ctx context.Context, o InstallOptions, want release) (Library, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if err := checkPlatform(); err != nil {
		return Library{}, err
	}
	if err := os.MkdirAll(o.EngineDir, 0o700); err != nil {
		return Library{}, unwritable(o.EngineDir, err)
	}
	unlock, err := lockFile(ctx, filepath.Join(o.EngineDir, "install.lock"))
	if err != nil {
		return Library{}, err
	}
	defer unlock()
	if lib, err := installed(o.EngineDir, want); err == nil && !o.Force {
		o.Progress("the engine library is installed already")
		return lib, nil
	}
	if err := checkDisk(o, want); err != nil {
		return Library{}, err
	}
	work, err := os.MkdirTemp(o.EngineDir, ".install-")
	if err != nil {
		return Library{}, unwritable(o.EngineDir, err)
	}
	defer os.RemoveAll(work)
	return installInto(ctx, o, want, work)
}

func installInto(ctx context.Context, o InstallOptions, want release, work string) (Library, error) {
	pack := o.From
	if pack == "" {
		npm, err := findNPM(o.Environ)
		if err != nil {
			return Library{}, err
		}
		o.Progress("downloading " + want.Package + " through npm")
		fetched, err := npmPack(ctx, npm, want.Package, work, o.Environ)
		if err != nil {
			return Library{}, err
		}
		pack = fetched
	}
	o.Progress("checking the package")
	if err := verifyPackage(ctx, pack, want.Integrity); err != nil {
		return Library{}, err
	}
	o.Progress("extracting the library")
	path := filepath.Join(work, libraryName)
	if err := extractLibrary(ctx, pack, path, want); err != nil {
		return Library{}, err
	}
	o.Progress("loading the library in a child process")
	if err := runCheck(ctx, o.CheckCommand, path); err != nil {
		return Library{}, err
	}
	return place(o.EngineDir, path, want)
}

// place moves the checked file to its final name and writes the manifest last:
// without a manifest a folder is not an installed library.
func place(engineDir, path string, want release) (Library, error) {
	dir := filepath.Join(engineDir, want.Version)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Library{}, unwritable(dir, err)
	}
	_ = os.Remove(filepath.Join(dir, manifestName))
	final := filepath.Join(dir, libraryName)
	if err := os.Rename(path, final); err != nil {
		return Library{}, unwritable(dir, err)
	}
	if err := syncDir(dir); err != nil {
		return Library{}, unwritable(dir, err)
	}
	info, err := os.Stat(final)
	if err != nil {
		return Library{}, unwritable(final, err)
	}
	lib := Library{
		Path: final, Version: want.Version, Size: info.Size(), SHA256: want.SHA256,
		Modified: info.ModTime(), Installed: time.Now().UTC(),
	}
	if err := aurora.ReplaceJSON(filepath.Join(dir, manifestName), lib); err != nil {
		return Library{}, unwritable(dir, err)
	}
	return lib, syncDir(engineDir)
}

func runCheck(ctx context.Context, command []string, path string) error {
	if len(command) == 0 {
		return errors.New("install the engine library: no check command given")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var said, crash bytes.Buffer
	check := exec.CommandContext(ctx, command[0], append(append([]string{}, command[1:]...), path)...)
	check.Env = Environ(nil)
	check.Stdout, check.Stderr = &said, &crash
	if err := check.Run(); err != nil {
		why := lastLines(said.String(), nil)
		if why == "" {
			why = lastLines(crash.String(), err)
		}
		return &aurora.Error{
			Code: aurora.CodeLibraryInvalid, Title: "the engine library does not load",
			Detail: why,
			Hint:   "use a ClickHouse server instead: aurora up --clickhouse URL", Err: err,
		}
	}
	return nil
}

func lastLines(output string, err error) string {
	output = strings.TrimSpace(output)
	if output == "" && err != nil {
		return err.Error()
	}
	lines := strings.Split(output, "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}

func unwritable(path string, err error) error {
	return &aurora.Error{
		Code: aurora.CodeStorageUnwritable, Title: "cannot write to " + path, Detail: reason(err),
		Hint: "make the folder writable, or choose another with --data-dir", Err: fmt.Errorf("write %s: %w", path, err),
	}
}

// reason is the innermost text of a file error, without the path that the title has.
func reason(err error) string {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}
