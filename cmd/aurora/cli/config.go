package cli

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/config"
)

// config loads the configuration, once.
func (a *app) config() (*config.Config, error) {
	if a.loaded != nil {
		return a.loaded, nil
	}
	name, content, err := a.readConfigFile()
	if err != nil {
		return nil, err
	}
	a.loaded, a.origins, err = config.Load(config.Sources{
		FileName: name, File: content, Getenv: a.proc.Getenv, Home: a.proc.Getenv("HOME"),
		Flags: map[string]string{"data_dir": a.proc.Path(a.global.dataDir)},
	})
	if err != nil {
		return nil, err
	}
	a.loaded.DataDir, a.loaded.EngineDir = a.proc.Path(a.loaded.DataDir), a.proc.Path(a.loaded.EngineDir)
	return a.loaded, nil
}

// readConfigFile gives the configuration file; a missing one is an error only when the user named it.
func (a *app) readConfigFile() (string, []byte, error) {
	name := a.proc.Path(a.global.configFile)
	if name == "" {
		name = a.proc.Path(a.proc.Getenv("AURORA_CONFIG"))
	}
	named := name != ""
	if !named {
		name = a.defaultConfigFile()
	}
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return name, nil, nil
	}
	if err != nil {
		return "", nil, &aurora.Error{Code: aurora.CodeConfigInvalid, Title: "cannot read the configuration file", Detail: err.Error(), Hint: "check the path after --config", Err: err}
	}
	return name, content, nil
}

func (a *app) defaultConfigFile() string {
	folder := a.proc.Getenv("XDG_CONFIG_HOME")
	if folder == "" {
		folder = filepath.Join(a.proc.Getenv("HOME"), ".config")
	}
	return filepath.Join(folder, "aurora", "config.yaml")
}

// log gives the logger of a command: silent without --verbose.
func (a *app) log() *slog.Logger {
	if !a.global.verbose {
		return slog.New(slog.DiscardHandler)
	}
	return a.daemonLog()
}

// daemonLog gives the logger of a long-running part of the stack.
func (a *app) daemonLog() *slog.Logger {
	level := slog.LevelInfo
	if a.global.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(a.proc.Stderr, &slog.HandlerOptions{Level: level}))
}

// setting is a configuration value as `aurora config show` prints it.
type setting struct {
	Key    string        `json:"key"`
	Value  string        `json:"value"`
	Origin config.Origin `json:"origin"`
	Env    string        `json:"env"`
	Doc    string        `json:"doc"`
}

func newConfigCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "show the configuration and where each value comes from"}
	show := &cobra.Command{
		Use: "show", Short: "print every setting with its value, origin and environment variable", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return configShow(a) },
	}
	cmd.AddCommand(show)
	return cmd
}

func configShow(a *app) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	var settings []setting
	for _, s := range config.Settings() {
		settings = append(settings, setting{s.Key, s.Value(c), a.origins[s.Key], s.Env, s.Doc})
	}
	return Items(a.out, settings, func(all []setting) Table {
		t := Table{Header: []string{"KEY", "VALUE", "ORIGIN", "ENVIRONMENT"}}
		for _, s := range all {
			t.Rows = append(t.Rows, []string{s.Key, s.Value, string(s.Origin), s.Env})
		}
		return t
	})
}
