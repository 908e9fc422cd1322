package aurora

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// ReplaceFile writes a file in one step: a reader, and whoever comes after a
// crash, sees the old bytes or the new. Only the owner may read it.
func ReplaceFile(path string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already when all went well
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Sync()
	}
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// ReplaceJSON is ReplaceFile for a value, as indented JSON.
func ReplaceJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return ReplaceFile(path, append(content, '\n'))
}
