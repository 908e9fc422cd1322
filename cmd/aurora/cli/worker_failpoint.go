//go:build failpoint

package cli

import "github.com/aurora-analytics/aurora/pkg/pipeline"

// failpoints are the faults of a test, from the environment: AURORA_FAILPOINTS is a list of
// actions, AURORA_FAILPOINT_DIR where they show themselves, AURORA_BREAK what is left out of
// the protocol.
type failpoints struct {
	hook   func(point string)
	broken string
}

func workerFailpoints(getenv func(string) string) (failpoints, error) {
	hook, err := pipeline.ParseFailpoints(getenv("AURORA_FAILPOINTS"), getenv("AURORA_FAILPOINT_DIR"))
	return failpoints{hook: hook, broken: getenv("AURORA_BREAK")}, err
}

func (f failpoints) halfSent() func(token string) {
	return func(string) { f.hook(pipeline.PointInsertMid) }
}

func (f failpoints) apply(w *pipeline.Worker) error {
	w.Failpoint = f.hook
	return w.Break(f.broken)
}
