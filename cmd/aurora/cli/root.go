package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/config"
)

// Version is the version of this build; the release build sets it by -ldflags.
var Version = "0.1.0-dev"

// Main runs one command and gives the exit status.
func Main(p Process) int {
	ctx, stop := p.Signals(context.Background())
	defer stop()
	a := newApp(p)
	root := newRootCommand(a)
	root.SetArgs(p.Args)
	err := root.ExecuteContext(ctx)
	late := false
	if a.cancel != nil {
		late = a.late()
		a.cancel()
	}
	if err == nil {
		return int(aurora.ExitOK)
	}
	if late && aurora.AsError(err).Code != aurora.CodeUsage {
		err = &aurora.Error{Code: aurora.CodeTimeout, Title: "the time limit ran out", Detail: err.Error(), Hint: "try again with a longer --timeout", Err: err}
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = &aurora.Error{Code: aurora.CodeInterrupted, Title: "interrupted", Hint: "run the command again when you are ready", Err: err}
	}
	a.out.printError(err)
	return int(aurora.AsError(err).ExitStatus())
}

// app carries what commands share. Configuration and connections are opened by
// the command that needs them, so that help and completion never fail on them.
type app struct {
	proc   Process
	out    *Output
	global globalFlags
	cancel context.CancelFunc
	// late says whether the limit of --timeout has passed; set with cancel.
	late func() bool

	loaded  *config.Config
	origins map[string]config.Origin
}

type globalFlags struct {
	output     string
	quiet      bool
	verbose    bool
	color      string
	noInput    bool
	yes        bool
	configFile string
	dataDir    string
	timeout    time.Duration
	supervised bool
}

func newApp(p Process) *app {
	return &app{proc: p, out: &Output{Format: FormatTable, Data: dataWriter{p.Stdout}, Messages: p.Stderr}}
}

const rootLong = `Aurora turns Kafka topics into ClickHouse tables, and questions into answers.

Start with:
  aurora up --demo              a whole platform on this machine, with live events
  aurora connect topic clicks   the topic becomes a table
  aurora ask "how many clicks"  a question becomes checked SQL and an answer`

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use: "aurora", Short: "real-time analytics in one binary", Long: rootLong,
		Version:       Version,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.begin(cmd) },
		RunE:              unknownSubcommand,
	}
	root.SetIn(a.proc.Stdin)
	root.SetOut(a.proc.Stdout)
	root.SetErr(a.proc.Stderr)
	root.SetVersionTemplate("aurora {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	a.addGlobalFlags(root)
	root.AddGroup(&cobra.Group{ID: "platform", Title: "Platform:"}, &cobra.Group{ID: "data", Title: "Data in:"},
		&cobra.Group{ID: "answers", Title: "Answers out:"}, &cobra.Group{ID: "parts", Title: "Parts, alone:"})
	addGroup(root, "platform", newUpCommand(a), newDownCommand(a), newStatusCommand(a), newDoctorCommand(a), newConfigCommand(a))
	addGroup(root, "data", newConnectCommand(a), newDisconnectCommand(a), newPipelineCommand(a), newTopicCommand(a), newTableCommand(a), newDeadLetterCommand(a))
	addGroup(root, "answers", newAskCommand(a), newSQLCommand(a), newShellCommand(a), newServeCommand(a))
	addGroup(root, "parts", newEngineCommand(a), newBrokerCommand(a), newWorkerCommand(a))
	root.AddCommand(newVersionCommand(a), newExitCodesTopic(a), newSuperviseCommand(a), newDemoGeneratorCommand(a))
	wrapArgs(root)
	return root
}

func addGroup(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		root.AddCommand(c)
	}
}

func (a *app) addGlobalFlags(root *cobra.Command) {
	f, g := root.PersistentFlags(), &a.global
	f.StringVarP(&g.output, "output", "o", "table", "form of the data on stdout: table, json, jsonl, csv or tsv")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "print data and errors only")
	f.BoolVarP(&g.verbose, "verbose", "v", false, "log what happens to stderr")
	f.StringVar(&g.color, "color", "auto", "colour: auto, always or never")
	f.BoolVar(&g.noInput, "no-input", false, "never ask; fail where an answer would be needed")
	f.BoolVarP(&g.yes, "yes", "y", false, "answer yes to every question")
	f.StringVar(&g.configFile, "config", "", "configuration file (default $XDG_CONFIG_HOME/aurora/config.yaml)")
	f.StringVar(&g.dataDir, "data-dir", "", "folder of the local stack (default $XDG_DATA_HOME/aurora)")
	f.DurationVar(&g.timeout, "timeout", 0, "give up after this time; 0 means the command's own limit")
	f.BoolVar(&g.supervised, "supervised", false, "stop when stdin ends")
	_ = f.MarkHidden("supervised")
	completeValues(root, "output", formats)
}

func completeValues[T ~string](cmd *cobra.Command, flag string, values []T) {
	var names []string
	for _, v := range values {
		names = append(names, string(v))
	}
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// begin validates the global flags and prepares output and context.
func (a *app) begin(cmd *cobra.Command) error {
	g := a.global
	format := Format(g.output)
	if !slices.Contains(formats, format) {
		return aurora.Usage("unknown output format %q", "use one of table, json, jsonl, csv, tsv", g.output)
	}
	if g.timeout < 0 {
		return aurora.Usage("--timeout %s is out of range", "use a time such as 30s, or 0 for the command's own limit", g.timeout)
	}
	color, err := a.useColor()
	if err != nil {
		return err
	}
	live := a.proc.StderrTTY && a.proc.Getenv("CI") == "" && a.proc.Getenv("TERM") != "dumb"
	a.out = &Output{Format: format, Data: dataWriter{a.proc.Stdout}, Messages: a.proc.Stderr, Quiet: g.quiet, Color: color, Live: live}
	ctx := cmd.Context()
	if g.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, g.timeout)
		ctx, a.cancel = limited, cancel
		a.late = func() bool { return errors.Is(limited.Err(), context.DeadlineExceeded) }
	}
	if g.supervised {
		ctx = untilEOF(ctx, a.proc.Stdin)
	}
	cmd.SetContext(ctx)
	return nil
}

func (a *app) useColor() (bool, error) {
	switch a.global.color {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return a.proc.StdoutTTY && a.proc.StderrTTY && a.proc.Getenv("NO_COLOR") == "" && a.proc.Getenv("TERM") != "dumb", nil
	}
	return false, aurora.Usage("unknown colour mode %q", "use --color auto, always or never", a.global.color)
}

// untilEOF gives a context that ends when the reader does: a part of the stack
// holds the read end of a pipe of its supervisor, and stops with it.
func untilEOF(parent context.Context, r io.Reader) context.Context {
	ctx, cancel := context.WithCancel(parent)
	go func() { // ends with the pipe, at the latest with the process
		defer cancel()
		_, _ = io.Copy(io.Discard, r)
	}()
	return ctx
}

// unknownSubcommand is the run function of commands that only group others:
// without arguments they show their help, anything else is unknown.
func unknownSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return aurora.Usage("unknown command %q for %q%s", cmd.CommandPath()+" --help", args[0], cmd.CommandPath(), aurora.DidYouMean(args[0], names))
}

func flagError(cmd *cobra.Command, err error) error {
	title := strings.ToLower(err.Error()[:1]) + err.Error()[1:]
	if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		title = fmt.Sprintf("unknown flag --%s%s", name, aurora.DidYouMean(name, flagNames(cmd)))
	}
	return &aurora.Error{Code: aurora.CodeUsage, Title: title, Detail: "of the command " + cmd.CommandPath(), Hint: cmd.CommandPath() + " --help", Err: err}
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// wrapArgs makes every argument error a usage error (exit 2), and gives the
// commands that only group others their answer to an unknown word.
func wrapArgs(cmd *cobra.Command) {
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.RunE = unknownSubcommand
	}
	if validate := cmd.Args; validate != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			err := validate(c, args)
			if e := (*aurora.Error)(nil); err == nil || errors.As(err, &e) {
				return err
			}
			return &aurora.Error{Code: aurora.CodeUsage, Title: "wrong arguments", Detail: err.Error(), Hint: c.CommandPath() + " --help", Err: err}
		}
	} else if cmd.HasSubCommands() {
		cmd.Args = cobra.ArbitraryArgs
	}
	for _, c := range cmd.Commands() {
		wrapArgs(c)
	}
}
