package cli

import (
	"fmt"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func newVersionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.out.Format == FormatJSON {
				return a.out.JSON(map[string]string{"version": Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
			}
			_, err := fmt.Fprintf(a.out.Data, "aurora %s (%s, %s/%s)\n", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// newExitCodesTopic makes `aurora help exit-codes` (and `aurora exit-codes`) print the table of exit codes.
func newExitCodesTopic(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "exit-codes", Short: "the exit codes and what they mean", Args: cobra.NoArgs}
	table := Table{Header: []string{"CODE", "MEANING"}, Right: map[int]bool{0: true}}
	for _, e := range aurora.Exits() {
		table.Rows = append(table.Rows, []string{strconv.Itoa(int(e.Exit)), e.Meaning})
	}
	print := func() error { return a.out.Table(table) }
	cmd.RunE = func(*cobra.Command, []string) error { return print() }
	cmd.SetHelpFunc(func(*cobra.Command, []string) { _ = print() })
	return cmd
}
