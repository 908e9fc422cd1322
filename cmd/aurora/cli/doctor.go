package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/config"
	"github.com/aurora-analytics/aurora/pkg/embedded"
	"github.com/aurora-analytics/aurora/pkg/stack"
	"github.com/aurora-analytics/aurora/webui"
)

// check is one line of the doctor's report.
type check struct {
	Name string `json:"name"`
	// Level is "ok", "warn" or "fail".
	Level string `json:"level"`
	Fact  string `json:"fact"`
	Fix   string `json:"fix,omitempty"`
}

func newDoctorCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "check every dependency, one line each with the fix", Args: cobra.NoArgs,
		Long: "Check every dependency, one line each with the fix.\nThe exit status is 0 with warnings, 1 with a failure.",
		RunE: func(cmd *cobra.Command, _ []string) error { return doctorRun(cmd.Context(), a) },
	}
}

func doctorRun(ctx context.Context, a *app) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c, err := a.config()
	if err != nil {
		return err
	}
	checks := []check{{"configuration", "ok", "read without a problem", ""}, dataFolderCheck(c), libraryCheck(c)}
	checks = append(checks, portChecks(a, c)...)
	checks = append(checks, a.clickHouseCheck(ctx, c), a.kafkaCheck(ctx, c), modelCheck(c), webUICheck())
	err = Items(a.out, checks, func(checks []check) Table {
		t := Table{Header: []string{"CHECK", "STATE", "FACT", "FIX"}}
		for _, c := range checks {
			t.Rows = append(t.Rows, []string{c.Name, c.Level, c.Fact, c.Fix})
		}
		return t
	})
	if err != nil {
		return err
	}
	return failures(checks)
}

func failures(checks []check) error {
	var failed, fixes []string
	for _, c := range checks {
		if c.Level == "fail" {
			failed = append(failed, c.Name)
			fixes = append(fixes, c.Fix)
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return &aurora.Error{Code: aurora.CodeStackUnhealthy, Title: "something is not as it should be", Detail: strings.Join(failed, ", "), Hint: strings.Join(fixes, "; ")}
}

// failed gives the line of a check that met an error.
func failed(name, level string, err error) check {
	e := aurora.AsError(err)
	return check{name, level, e.Error(), e.Hint}
}

const wantFreeBytes = 2 << 30

func dataFolderCheck(c *config.Config) check {
	if err := stack.Dir(c.DataDir).Prepare(); err != nil {
		return failed("data folder", "fail", err)
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(c.DataDir, &fs); err != nil {
		return failed("data folder", "fail", err)
	}
	free := fs.Bavail * uint64(fs.Bsize)
	if free < wantFreeBytes {
		return check{"data folder", "warn", fmt.Sprintf("%s has %d MB free", c.DataDir, free>>20), "free some space, or use another --data-dir"}
	}
	return check{"data folder", "ok", fmt.Sprintf("%s is writable, %d GB free", c.DataDir, free>>30), ""}
}

func libraryCheck(c *config.Config) check {
	library, err := embedded.Installed(c.EngineDir)
	if err != nil {
		return failed("engine library", "fail", err)
	}
	return check{"engine library", "ok", library.Version + " at " + library.Path, ""}
}

// portChecks looks at the default ports of the parts that do not run.
func portChecks(a *app, c *config.Config) []check {
	var checks []check
	for part, port := range map[string]int{stack.PartEngine: stack.DefaultEnginePort, stack.PartBroker: stack.DefaultBrokerPort} {
		if r, ok := stack.Dir(c.DataDir).ReadRunFile(part); ok {
			checks = append(checks, check{part + " port", "ok", "answers at " + r.Address, ""})
			continue
		}
		_, owner, err := stack.ChoosePort(port)
		switch {
		case err != nil:
			checks = append(checks, failed(part+" port", "fail", err))
		case owner != "":
			checks = append(checks, check{part + " port", "warn", fmt.Sprintf("%d is taken by %s", port, owner), "nothing: aurora up chooses another one"})
		default:
			checks = append(checks, check{part + " port", "ok", fmt.Sprintf("%d is free", port), ""})
		}
	}
	return checks
}

func (a *app) clickHouseCheck(ctx context.Context, c *config.Config) check {
	db, err := a.warehouse(c, nil)
	if err != nil {
		return failed("ClickHouse", "fail", err)
	}
	defer func() { _ = db.Close() }()
	version, err := db.Version(ctx)
	if err != nil {
		return failed("ClickHouse", "warn", err)
	}
	if _, err := db.Query(ctx, aurora.Statement{SQL: "SELECT 1"}, c.Limits); err != nil {
		return failed("ClickHouse", "fail", err)
	}
	return check{"ClickHouse", "ok", "version " + version + "; writer and reader may sign in", ""}
}

func (a *app) kafkaCheck(ctx context.Context, c *config.Config) check {
	broker := a.located(a.defaultBroker(c))
	admin, err := a.kafkaAdmin(ctx, broker)
	if err != nil {
		return failed("Kafka", "warn", err)
	}
	defer func() { _ = admin.Close() }()
	topics, err := admin.Topics(ctx)
	if err != nil {
		return failed("Kafka", "warn", err)
	}
	return check{"Kafka", "ok", fmt.Sprintf("%s answers, %d topics", strings.Join(broker.Addresses, ","), len(topics)), ""}
}

func modelCheck(c *config.Config) check {
	if !c.Model.Configured() {
		return check{"language model", "ok", "none configured; questions are answered offline", ""}
	}
	return check{"language model", "ok", c.Model.Name + " is configured (not asked)", ""}
}

func webUICheck() check {
	if !webui.Built() {
		return check{"web UI", "warn", "this binary was built without it", "make build"}
	}
	return check{"web UI", "ok", "embedded", ""}
}
