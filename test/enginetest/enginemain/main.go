// Command enginemain is an interim stand-in for `aurora engine`.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aurora-analytics/aurora/pkg/embedded"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch args[0] {
	case "check-library":
		return embedded.CheckLibrary(args[1])
	case "install":
		lib, err := embedded.Install(context.Background(), embedded.InstallOptions{
			EngineDir: args[1], From: args[2], Environ: os.Environ(),
			CheckCommand: []string{os.Args[0], "check-library"},
			Progress:     func(s string) { fmt.Fprintln(os.Stderr, s) },
		})
		fmt.Printf("%+v\n", lib)
		return err
	}
	return fmt.Errorf("unknown verb %s", args[0])
}
