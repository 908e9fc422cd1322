package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/embedded"
)

// defaultEnginePort is where `aurora engine` listens on loopback.
const defaultEnginePort = 8361

type engineOptions struct {
	Log  *slog.Logger
	Out  *Output
	Exec func(program string, args, env []string) error // replaces this process
	Env  []string

	Program    string
	DataDir    string
	EngineDir  string
	Port       int
	Durability string
	Supervised bool
	Verbose    bool
}

func newEngineCommand(a *app) *cobra.Command {
	o := &engineOptions{Exec: syscall.Exec, Env: a.proc.Env, Program: a.proc.Executable}
	cmd := &cobra.Command{
		Use: "engine", Short: "run the embedded ClickHouse alone, or install its library", Args: cobra.NoArgs,
		Long: "Run the embedded ClickHouse in the foreground. It answers the ClickHouse HTTP interface on\n" +
			"loopback until it is interrupted. `aurora up` runs it in the background.",
		RunE: func(*cobra.Command, []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			o.DataDir, o.EngineDir = c.DataDir, c.EngineDir
			o.Supervised, o.Verbose = a.global.supervised, a.global.verbose
			return engineRestart(o)
		},
	}
	addEngineFlags(cmd, o)
	cmd.AddCommand(newEngineRunCommand(a), newEngineInstallCommand(a), newEngineStatusCommand(a), newEngineCheckCommand(a))
	return cmd
}

// checkPort refuses a number that is no port.
func checkPort(port int) error {
	if port < 0 || port > math.MaxUint16 {
		return aurora.Usage("--port %d is out of range", "use 1 to 65535, or 0 for any free port", port)
	}
	return nil
}

func addEngineFlags(cmd *cobra.Command, o *engineOptions) {
	cmd.Flags().IntVar(&o.Port, "port", defaultEnginePort, "port on loopback; 0 means any free one")
	cmd.Flags().StringVar(&o.Durability, "durability", embedded.DurabilityProcess,
		"what an acknowledged insert survives: process (the end of a process) or power (a power cut; slower)")
}

// engineRestart replaces this process by one with a reduced environment: SQL can
// read the environment of the engine's process, so no secret may ever be in it.
// Everything the configuration knows travels as arguments.
func engineRestart(o *engineOptions) error {
	if err := checkPort(o.Port); err != nil {
		return err
	}
	args := []string{
		"aurora", "engine", "run", "--data-dir", o.DataDir, "--engine-dir", o.EngineDir,
		"--port", strconv.Itoa(o.Port), "--durability", o.Durability,
		"--supervised=" + strconv.FormatBool(o.Supervised), "--verbose=" + strconv.FormatBool(o.Verbose),
	}
	if err := o.Exec(o.Program, args, embedded.Environ(o.Env)); err != nil {
		return fmt.Errorf("start the engine's process: %w", err)
	}
	return nil
}

// newEngineRunCommand is the engine's own process; `aurora engine` becomes it.
func newEngineRunCommand(a *app) *cobra.Command {
	o := &engineOptions{Env: a.proc.Env}
	cmd := &cobra.Command{
		Use: "run", Short: "the engine's process", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Log, o.Out, o.DataDir = a.daemonLog(), a.out, a.proc.Path(a.global.dataDir)
			return engineRun(cmd.Context(), o)
		},
	}
	addEngineFlags(cmd, o)
	cmd.Flags().StringVar(&o.EngineDir, "engine-dir", "", "folder of the library")
	return cmd
}

func engineRun(ctx context.Context, o *engineOptions) error {
	config := embedded.Config{
		DataDir: o.DataDir, EngineDir: o.EngineDir, Durability: o.Durability, Environ: o.Env, Log: o.Log,
		Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)),
	}
	return embedded.Run(ctx, config, func(r embedded.Running) {
		o.Out.Done("engine %s answers at http://%s", r.Version, r.Address)
	})
}

func newEngineInstallCommand(a *app) *cobra.Command {
	var from string
	var force bool
	cmd := &cobra.Command{
		Use: "install", Short: "install the engine library " + embedded.LibraryVersion + " and verify it", Args: cobra.NoArgs,
		Long: "Fetch the engine library through npm, check its hashes and load it once.\n" +
			"It takes about 180 MB to download and 570 MB of disk.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			library, err := embedded.Install(cmd.Context(), embedded.InstallOptions{
				EngineDir: c.EngineDir, From: a.proc.Path(from), Force: force, Environ: a.proc.Env,
				CheckCommand: []string{a.proc.Executable, "engine", "check-library"},
				Progress:     func(step string) { a.out.Note("%s", step) },
			})
			if err != nil {
				return err
			}
			return printLibrary(a.out, library)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "package file obtained elsewhere (npm pack), instead of a download")
	cmd.Flags().BoolVar(&force, "force", false, "install again although the library is there")
	return cmd
}

func printLibrary(out *Output, library embedded.Library) error {
	if out.Format == FormatJSON || out.Format == FormatJSONL {
		return out.JSON(library)
	}
	return out.Table(Table{
		Header: []string{"VERSION", "PATH", "SHA256"},
		Rows:   [][]string{{library.Version, library.Path, library.SHA256}},
	})
}

// engineStatus is what `aurora engine status -o json` prints.
type engineStatus struct {
	Library *embedded.Library `json:"library"`
	Engine  aurora.Component  `json:"engine"`
}

func newEngineStatusCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "show the installed library and the running engine", Args: cobra.NoArgs,
		Long: "Show the installed library and the running engine. A stopped engine is no failure;\na missing library is.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			return engineStatusRun(cmd.Context(), a.out, c.DataDir, c.EngineDir)
		},
	}
}

func engineStatusRun(ctx context.Context, out *Output, dataDir, engineDir string) error {
	status := engineStatus{Engine: aurora.Component{Name: "engine", Health: aurora.Stopped}}
	library, missing := embedded.Installed(engineDir)
	if missing == nil {
		status.Library = &library
	}
	running, err := embedded.Find(ctx, filepath.Join(dataDir, "run"))
	if err == nil {
		status.Engine = aurora.Component{
			Name: "engine", Health: aurora.Healthy, Address: running.Address, PID: running.PID,
			Version: running.Version, Started: running.Started,
		}
	} else if !errors.Is(err, embedded.ErrNotRunning) {
		return err
	}
	return errors.Join(printEngineStatus(out, status), missing)
}

func printEngineStatus(out *Output, s engineStatus) error {
	if out.Format == FormatJSON || out.Format == FormatJSONL {
		return out.JSON(s)
	}
	table := Table{Header: []string{"PART", "STATE", "VERSION", "WHERE"}}
	if s.Library != nil {
		table.Rows = append(table.Rows, []string{"library", "installed", s.Library.Version, s.Library.Path})
	} else {
		table.Rows = append(table.Rows, []string{"library", "missing", "", ""})
	}
	where := s.Engine.Address
	if where != "" {
		where = "http://" + where + ", pid " + strconv.Itoa(s.Engine.PID)
	}
	table.Rows = append(table.Rows, []string{"engine", string(s.Engine.Health), s.Engine.Version, where})
	return out.Table(table)
}

// newEngineCheckCommand loads a library in this process: `install` runs it as a
// child, because a library that does not fit may take its process down. What is
// wrong with it is the data of this command.
func newEngineCheckCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "check-library PATH", Short: "load a library and compare it", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			err := embedded.CheckLibrary(args[0])
			if err != nil {
				fmt.Fprintln(a.out.Data, err)
			}
			return err
		},
	}
}
