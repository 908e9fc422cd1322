package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/stack"
)

// newSuperviseCommand makes the hidden command that `up` starts in the background.
func newSuperviseCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "supervise", Short: "keep the parts of the stack alive", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			s := &stack.Supervisor{Dir: stack.Dir(c.DataDir), Executable: a.proc.Executable, Env: a.proc.Env, Parts: stackParts, Log: a.daemonLog()}
			return s.Run(cmd.Context())
		},
	}
}

// stackParts gives the command of each part of a spec.
func stackParts(spec aurora.StackSpec) []stack.Part {
	parts := []stack.Part{{Name: stack.PartEngine, Args: []string{"engine", "--port", fmt.Sprint(spec.EnginePort)}}}
	if spec.Broker {
		parts = append(parts, stack.Part{Name: stack.PartBroker, Args: []string{"broker", "--port", fmt.Sprint(spec.BrokerPort)}})
	}
	worker := stack.Part{Name: stack.PartWorker, Args: []string{"worker"}, After: []string{stack.PartEngine}}
	if spec.Broker {
		worker.After = append(worker.After, stack.PartBroker)
	}
	parts = append(parts, worker)
	if spec.Demo {
		parts = append(parts, stack.Part{
			Name: stack.PartGenerator, After: []string{stack.PartBroker},
			Args: []string{"demo-generator", "--topic", stack.DemoTopic, "--rate", fmt.Sprint(stack.DemoRate)},
		})
	}
	return parts
}
