package devbroker

import (
	"encoding/json"
	"os"
	"path/filepath"
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
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(runDir, RunFile)
	temporary, err := os.CreateTemp(runDir, ".broker-") // made with mode 0600
	if err != nil {
		return nil, unwritable(runDir, err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already when all went well
	_, err = temporary.Write(append(content, '\n'))
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return nil, unwritable(path, err)
	}
	return func() { _ = os.Remove(path) }, nil
}
