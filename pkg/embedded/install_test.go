package embedded

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// pack makes a package of the members and the release it is.
func pack(t *testing.T, members map[string]string) (string, release) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	archive := tar.NewWriter(z)
	for _, name := range []string{"package/package.json", "package/evil.so", libraryMember} {
		content, ok := members[name]
		if !ok {
			continue
		}
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "lib.tgz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	library := sha256.Sum256([]byte(members[libraryMember]))
	whole := sha512.Sum512(b.Bytes())
	return path, release{
		Version: "1.0.0", API: "1.0", Package: "none@1.0.0", Size: int64(len(members[libraryMember])),
		SHA256: hex.EncodeToString(library[:]), Integrity: "sha512-" + base64.StdEncoding.EncodeToString(whole[:]),
	}
}

var accept = []string{"true"}

func TestInstallFromAFile(t *testing.T) {
	t.Parallel()
	from, want := pack(t, map[string]string{"package/package.json": "{}", "package/evil.so": "evil", libraryMember: "the library"})
	dir := filepath.Join(t.TempDir(), "engine")
	lib, err := install(t.Context(), InstallOptions{EngineDir: dir, From: from, CheckCommand: accept}, want)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(lib.Path)
	if err != nil || string(content) != "the library" {
		t.Errorf("the library holds %q, error %v", content, err)
	}
	found, err := installed(dir, want)
	if err != nil || found.Path != lib.Path {
		t.Errorf("found %+v, error %v", found, err)
	}
	if got := names(t, filepath.Join(dir, want.Version)); !slices.Equal(got, []string{libraryName, manifestName}) {
		t.Errorf("the folder holds %v", got)
	}
	noCheck := []string{"false"}
	if _, err := install(t.Context(), InstallOptions{EngineDir: dir, From: "/nowhere", CheckCommand: noCheck}, want); err != nil {
		t.Errorf("a second install does work: %v", err)
	}
}

func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	from, want := pack(t, map[string]string{libraryMember: "the library"})
	empty, emptyWant := pack(t, map[string]string{"package/package.json": "{}"})
	other := want
	other.Integrity = "sha512-no"
	longer := want
	longer.SHA256 = strings.Repeat("0", 64)
	smaller := want
	smaller.Size--
	cut := filepath.Join(t.TempDir(), "cut.tgz")
	whole, _ := os.ReadFile(from)
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	gigantic := want
	gigantic.Size = 1 << 60
	for name, c := range map[string]struct {
		from  string
		want  release
		check []string
		code  aurora.Code
	}{
		"a package of other bytes":    {from, other, accept, aurora.CodeLibraryInstall},
		"a package cut short":         {cut, want, accept, aurora.CodeLibraryInstall},
		"a package that is not there": {"/nowhere/x.tgz", want, accept, aurora.CodeLibraryInstall},
		"a library of other bytes":    {from, longer, accept, aurora.CodeLibraryInvalid},
		"a library too long":          {from, smaller, accept, aurora.CodeLibraryInvalid},
		"a package without library":   {empty, emptyWant, accept, aurora.CodeLibraryInstall},
		"a library that does not load": {from, want, []string{"sh", "-c", "echo lacks chdb_connect >&2; exit 1"},
			aurora.CodeLibraryInvalid},
		"a full disk": {from, gigantic, accept, aurora.CodeStorageFull},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			_, err := install(t.Context(), InstallOptions{EngineDir: dir, From: c.from, CheckCommand: c.check}, c.want)
			if err == nil || aurora.AsError(err).Code != c.code || aurora.AsError(err).Hint == "" {
				t.Fatalf("got %v, want code %s with a hint", err, c.code)
			}
			if got := names(t, dir); !slices.Equal(got, []string{"install.lock"}) {
				t.Errorf("it left %v", got)
			}
			if _, err := installed(dir, c.want); aurora.AsError(err).Code != aurora.CodeLibraryMissing {
				t.Errorf("a library is found: %v", err)
			}
		})
	}
}

func TestInterruptedInstallLeavesNothing(t *testing.T) {
	t.Parallel()
	from, want := pack(t, map[string]string{libraryMember: "the library"})
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	progress := func(step string) {
		if strings.HasPrefix(step, "extracting") {
			cancel()
		}
	}
	_, err := install(ctx, InstallOptions{EngineDir: dir, From: from, CheckCommand: accept, Progress: progress}, want)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"install.lock"}) {
		t.Errorf("it left %v", got)
	}
}

func TestInstalledNoticesAChange(t *testing.T) {
	t.Parallel()
	from, want := pack(t, map[string]string{libraryMember: "the library"})
	dir := t.TempDir()
	lib, err := install(t.Context(), InstallOptions{EngineDir: dir, From: from, CheckCommand: accept}, want)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lib.Path, []byte("the l1brary"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := installed(dir, want); aurora.AsError(err).Code != aurora.CodeLibraryInvalid {
		t.Errorf("a changed library gives %v", err)
	}
	if _, err := install(t.Context(), InstallOptions{EngineDir: dir, From: from, CheckCommand: accept}, want); err != nil {
		t.Errorf("it cannot be repaired: %v", err)
	}
	if _, err := installed(dir, want); err != nil {
		t.Errorf("after the repair: %v", err)
	}
}

func TestNPM(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	npm := filepath.Join(dir, "npm")
	for script, says := range map[string]string{
		"echo 'npm error code E404' >&2; exit 1": "E404",
		"exit 0":                                 "left 0 packages",
	} {
		if err := os.WriteFile(npm, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := npmPack(t.Context(), npm, "x@1", t.TempDir(), nil)
		if e := aurora.AsError(err); e.Code != aurora.CodeLibraryInstall || !strings.Contains(e.Detail, says) || !strings.Contains(e.Hint, "--from") {
			t.Errorf("%s: %v, hint %s", script, err, e.Hint)
		}
	}
	if _, err := findNPM([]string{"PATH=" + t.TempDir()}); aurora.AsError(err).Code != aurora.CodeLibraryInstall {
		t.Errorf("without npm: %v", err)
	}
	if got, err := findNPM([]string{"PATH=/nowhere:" + dir}); err != nil || got != npm {
		t.Errorf("npm is %s, %v", got, err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}
