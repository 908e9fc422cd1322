package embedded

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/embedded/httpd"
)

const secretsName = "secrets.json"

// Secrets are the passwords of the engine's users "writer" and "reader".
type Secrets struct {
	Writer string `json:"writer"`
	Reader string `json:"reader"`
}

// The users of the engine.
const (
	WriterUser = httpd.Writer
	ReaderUser = httpd.Reader
)

// LoadSecrets reads the passwords of the engine that keeps its run files in runDir.
func LoadSecrets(runDir string) (Secrets, error) {
	path := filepath.Join(runDir, secretsName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Secrets{}, &aurora.Error{
			Code: aurora.CodeStackNotRunning, Title: "no engine was ever started here",
			Detail: "there is no " + path, Hint: "aurora up", Err: err,
		}
	}
	if err != nil {
		return Secrets{}, fmt.Errorf("read the engine's secrets: %w", err)
	}
	var s Secrets
	if err := json.Unmarshal(raw, &s); err != nil || s.Writer == "" || s.Reader == "" {
		return Secrets{}, &aurora.Error{
			Code: aurora.CodeConfigInvalid, Title: "the engine's secrets cannot be read", Detail: path + " is damaged",
			Hint: "stop the stack, delete that file, and start again: new secrets are made", Err: err,
		}
	}
	return s, nil
}

// EnsureSecrets reads the passwords of a folder of run files, and makes them when there are none yet.
func EnsureSecrets(runDir string) (Secrets, error) {
	s, err := LoadSecrets(runDir)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s = Secrets{Writer: rand.Text(), Reader: rand.Text()}
	if err := aurora.ReplaceJSON(filepath.Join(runDir, secretsName), s); err != nil {
		return Secrets{}, unwritable(runDir, err)
	}
	return s, nil
}
