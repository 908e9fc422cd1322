//go:build !failpoint

package cli

import "github.com/aurora-analytics/aurora/pkg/pipeline"

// failpoints are faults that only a build with the tag failpoint knows.
type failpoints struct{}

func workerFailpoints(func(string) string) (failpoints, error) { return failpoints{}, nil }

func (failpoints) halfSent() func(token string) { return nil }

func (failpoints) apply(*pipeline.Worker) error { return nil }
