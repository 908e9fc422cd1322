package devbroker

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// RunFile is the name of the run file in the folder "run" of a stack.
const RunFile = "broker.json"

// Find gives the broker that the run file in runDir names. It does not ask
// whether that broker still answers.
func Find(runDir string) (Running, error) {
	var r Running
	content, err := os.ReadFile(filepath.Join(runDir, RunFile))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(content, &r)
}

// writeRunFile writes the run file in one step, and gives a function that removes it.
func writeRunFile(runDir string, r Running) (remove func(), err error) {
	if err := os.MkdirAll(runDir, 0o700); err != nil {
		return nil, unwritable(runDir, err)
	}
	path := filepath.Join(runDir, RunFile)
	if err := aurora.ReplaceJSON(path, r); err != nil {
		return nil, unwritable(path, err)
	}
	return func() { _ = os.Remove(path) }, nil
}
