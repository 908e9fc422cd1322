package embedded

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// LibraryVersion is the one version of the engine library this build works with.
const LibraryVersion = "26.7.3-stable.1"

// The facts of the one release that is accepted. A package whose bytes differ is
// refused, wherever it came from.
const (
	libraryPackage   = "@chdb/lib-linux-x64-gnu@" + LibraryVersion
	libraryAPI       = "26.7.3"
	libraryName      = "libchdb.so"
	libraryMember    = "package/libchdb.so"
	packageIntegrity = "sha512-XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw=="
	librarySHA256    = "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5"
	librarySize      = 566_330_096
	manifestName     = "manifest.json"
)

const installHint = "aurora engine install"

// release is what an installed library is checked against. Tests use a small one.
type release struct {
	Version   string
	API       string
	Package   string
	Integrity string
	SHA256    string
	Size      int64
}

func pinnedRelease() release {
	return release{
		Version: LibraryVersion, API: libraryAPI, Package: libraryPackage,
		Integrity: packageIntegrity, SHA256: librarySHA256, Size: librarySize,
	}
}

// Library is an installed engine library.
type Library struct {
	// Path is the shared object.
	Path string `json:"path"`
	// Version is the version of the package it came from.
	Version string `json:"version"`
	// Size is the length of the shared object in bytes.
	Size int64 `json:"size_bytes"`
	// SHA256 is the hash of the shared object, in hexadecimal.
	SHA256 string `json:"sha256"`
	// Modified is the time stamp the file had when it was checked.
	Modified time.Time `json:"modified"`
	// Installed is when the library passed its check.
	Installed time.Time `json:"installed"`
}

// Installed gives the library in engineDir that this build works with. It
// compares size and time stamp with the manifest; it does not hash the file.
func Installed(engineDir string) (Library, error) {
	return installed(engineDir, pinnedRelease())
}

func installed(engineDir string, want release) (Library, error) {
	dir := filepath.Join(engineDir, want.Version)
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	if os.IsNotExist(err) {
		return Library{}, &aurora.Error{
			Code: aurora.CodeLibraryMissing, Title: "the engine library is not installed",
			Detail: "no library " + want.Version + " in " + engineDir, Hint: installHint, Err: err,
		}
	}
	if err != nil {
		return Library{}, invalidLibrary(dir, err.Error(), err)
	}
	var lib Library
	if err := json.Unmarshal(raw, &lib); err != nil {
		return Library{}, invalidLibrary(dir, "its manifest cannot be read: "+err.Error(), err)
	}
	lib.Path = filepath.Join(dir, libraryName) // the folder may have been moved since
	info, err := os.Stat(lib.Path)
	if err != nil {
		return Library{}, invalidLibrary(dir, err.Error(), err)
	}
	if info.Size() != lib.Size || lib.Size != want.Size || lib.SHA256 != want.SHA256 || !info.ModTime().Equal(lib.Modified) {
		return Library{}, invalidLibrary(dir, fmt.Sprintf("the file is not the one that was installed (%d bytes of %s)",
			info.Size(), info.ModTime().UTC().Format(time.RFC3339)), nil)
	}
	return lib, nil
}

func invalidLibrary(dir, why string, err error) *aurora.Error {
	return &aurora.Error{
		Code: aurora.CodeLibraryInvalid, Title: "the engine library in " + dir + " cannot be used",
		Detail: why, Hint: installHint + " --force", Err: err,
	}
}
