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
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

const fromHint = "check the network and run it again, or pass a package obtained elsewhere: aurora engine install --from FILE"

// findNPM looks for the user's npm client on the PATH of the given environment.
func findNPM(environ []string) (string, error) {
	for _, entry := range environ {
		path, ok := strings.CutPrefix(entry, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(path) {
			npm := filepath.Join(dir, "npm")
			if info, err := os.Stat(npm); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return npm, nil
			}
		}
	}
	return "", &aurora.Error{
		Code: aurora.CodeLibraryInstall, Title: "cannot fetch the engine library", Detail: "npm is not installed",
		Hint: "install Node.js with npm, or pass a package obtained elsewhere: aurora engine install --from FILE",
	}
}

// npmPack lets the user's own npm client, with its own configuration, fetch one
// package into dir. No script of the package runs.
func npmPack(ctx context.Context, npm, spec, dir string, environ []string) (string, error) {
	var stderr bytes.Buffer
	pack := exec.CommandContext(ctx, npm, "pack", spec, "--ignore-scripts", "--pack-destination", dir, "--loglevel", "error")
	pack.Dir, pack.Env, pack.Stderr = dir, environ, &stderr
	pack.WaitDelay = 5 * time.Second // for children of npm that keep its streams
	if err := pack.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("fetch the engine library: %w", ctx.Err())
		}
		return "", &aurora.Error{
			Code: aurora.CodeLibraryInstall, Title: "cannot fetch the engine library",
			Detail: "npm pack " + spec + ": " + lastLines(stderr.String(), err), Hint: fromHint, Err: err,
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", &aurora.Error{
			Code: aurora.CodeLibraryInstall, Title: "cannot fetch the engine library",
			Detail: fmt.Sprintf("npm pack left %d packages", len(found)), Hint: fromHint, Err: err,
		}
	}
	return found[0], nil
}

// verifyPackage compares the whole package with its pinned integrity before
// anything in it is looked at.
func verifyPackage(ctx context.Context, path, integrity string) error {
	file, err := os.Open(path)
	if err != nil {
		return &aurora.Error{
			Code: aurora.CodeLibraryInstall, Title: "cannot read the package " + path, Detail: reason(err),
			Hint: "check the path given to --from", Err: err,
		}
	}
	defer file.Close()
	sum := sha512.New()
	if _, err := io.Copy(sum, &contextReader{ctx, file}); err != nil {
		return fmt.Errorf("check the package %s: %w", path, err)
	}
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum.Sum(nil)); got != integrity {
		return &aurora.Error{
			Code: aurora.CodeLibraryInstall, Title: "the package is not the one Aurora expects",
			Detail: "its hash is " + got + ", expected " + integrity,
			Hint:   "fetch the package again: npm pack " + libraryPackage,
		}
	}
	return nil
}

// extractLibrary writes the one wanted member of the package to path and
// compares it with the pinned size and hash. On any mismatch the file is gone.
func extractLibrary(ctx context.Context, pack, path string, want release) (err error) {
	file, err := os.Open(pack)
	if err != nil {
		return fmt.Errorf("extract the engine library: %w", err)
	}
	defer file.Close()
	member, err := findMember(&contextReader{ctx, file})
	if err != nil {
		return &aurora.Error{
			Code: aurora.CodeLibraryInstall, Title: "cannot extract the engine library", Detail: err.Error(), Hint: fromHint, Err: err,
		}
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return unwritable(filepath.Dir(path), err)
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	defer out.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(member, want.Size+1))
	if err != nil {
		return fmt.Errorf("extract the engine library: %w", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); n != want.Size || got != want.SHA256 {
		return invalidLibrary(path, fmt.Sprintf("%d bytes with sha256 %s, expected %d with %s", n, got, want.Size, want.SHA256), nil)
	}
	if err := out.Sync(); err != nil {
		return unwritable(path, err)
	}
	return out.Close()
}

func findMember(packed io.Reader) (io.Reader, error) {
	unzipped, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	archive := tar.NewReader(unzipped)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the package holds no " + libraryMember)
		}
		if err != nil {
			return nil, err
		}
		if header.Name == libraryMember && header.Typeflag == tar.TypeReg {
			return archive, nil
		}
	}
}

// contextReader makes a long read end when the context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
