// Package stack runs the platform on this machine: a background supervisor
// keeps the parts (engine, broker, worker, generator) alive, and a manager
// starts it, asks how it is, and stops it.
//
// One stack belongs to one data folder:
//
//	run/supervisor.lock   held by the supervisor while it lives
//	run/stack.json        what should run ([aurora.StackSpec])
//	run/supervisor.json   what the supervisor sees of its children
//	run/<part>.json       written by each part when it answers ([RunFile])
//	logs/<part>.log       what each part said
package stack

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// The names of the parts.
const (
	PartEngine    = "engine"
	PartBroker    = "broker"
	PartWorker    = "worker"
	PartGenerator = "generator"
)

// Dir is the data folder of a stack.
type Dir string

// Run gives the path of a file in the folder of run files.
func (d Dir) Run(name string) string { return filepath.Join(string(d), "run", name) }

// Log gives the path of a part's log.
func (d Dir) Log(part string) string { return filepath.Join(string(d), "logs", part+".log") }

// Prepare makes the folders and proves that they can be written.
func (d Dir) Prepare() error {
	for _, folder := range []string{string(d), filepath.Join(string(d), "run"), filepath.Join(string(d), "logs")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return unwritable(string(d), err)
		}
	}
	probe := d.Run(".probe")
	if err := os.WriteFile(probe, []byte("ok"), 0o600); err != nil {
		return unwritable(string(d), err)
	}
	return os.Remove(probe)
}

func unwritable(path string, err error) error {
	code, hint := aurora.CodeStorageUnwritable, "choose another folder with --data-dir, or correct its owner and rights"
	if isFull(err) {
		code, hint = aurora.CodeStorageFull, "free some space, or choose another folder with --data-dir"
	}
	return &aurora.Error{Code: code, Title: "cannot write to the data folder " + path, Detail: cause(err).Error(), Hint: hint, Err: err}
}

// cause gives the reason inside a path error: the path is named by the title already.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// RunFile says where a running part answers.
type RunFile struct {
	PID     int       `json:"pid"`
	Address string    `json:"address,omitempty"`
	Version string    `json:"version,omitempty"`
	Started time.Time `json:"started"`
}

// WriteRunFile announces that a part answers.
func (d Dir) WriteRunFile(part string, r RunFile) error {
	return aurora.ReplaceJSON(d.Run(part+".json"), r)
}

// ReadRunFile gives what a part announced; ok is false when it did not, or its process is gone.
func (d Dir) ReadRunFile(part string) (r RunFile, ok bool) {
	if err := readJSON(d.Run(part+".json"), &r); err != nil {
		return RunFile{}, false
	}
	return r, processAlive(r.PID)
}

// RemoveRunFile withdraws the announcement of a part that stops.
func (d Dir) RemoveRunFile(part string) { _ = os.Remove(d.Run(part + ".json")) }

// The demo's topic and rate.
const (
	DemoTopic = "clicks"
	DemoRate  = 500
)

// parts lists the names of the parts of a spec, in the order they start.
func parts(s aurora.StackSpec) []string {
	names := []string{PartEngine}
	if s.Broker {
		names = append(names, PartBroker)
	}
	names = append(names, PartWorker)
	if s.Demo {
		names = append(names, PartGenerator)
	}
	return names
}

// ReadSpec gives the spec of a data folder; ok is false when none was written.
func (d Dir) ReadSpec() (s aurora.StackSpec, ok bool) {
	return s, readJSON(d.Run("stack.json"), &s) == nil
}

func readJSON(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}
