package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// pingLimit is how long an engine may take to say that it is there.
const pingLimit = 2 * time.Second

// ErrNotRunning means that no engine answers for a data folder.
var ErrNotRunning = errors.New("the engine is not running")

// Find gives the engine that keeps its run files in runDir, if it answers now.
// The error wraps [ErrNotRunning] if it does not.
func Find(ctx context.Context, runDir string) (Running, error) {
	raw, err := os.ReadFile(filepath.Join(runDir, runFileName))
	if err != nil {
		return Running{}, errors.Join(ErrNotRunning, err)
	}
	var running Running
	if err := json.Unmarshal(raw, &running); err != nil {
		return Running{}, errors.Join(ErrNotRunning, err)
	}
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	return running, ping(ctx, running.Address)
}

func ping(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/ping", nil)
	if err != nil {
		return errors.Join(ErrNotRunning, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return errors.Join(ErrNotRunning, err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		return errors.Join(ErrNotRunning, errors.New(response.Status))
	}
	return nil
}
