package cli

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

type sqlOptions struct {
	Engine func() (asker, error)
	Out    *Output

	SQL         string
	Params      []string
	Limit       int
	MaxRowsRead int64
	Time        time.Duration
	Stats       bool
}

func newSQLCommand(a *app) *cobra.Command {
	o := &sqlOptions{Engine: func() (asker, error) { return a.engine() }}
	file := ""
	cmd := &cobra.Command{
		Use: "sql [QUERY|-]", Short: "run read-only SQL behind the guard", Args: cobra.ArbitraryArgs,
		Long:    "Run one read-only statement over your tables. It passes the same guard as generated SQL\nand runs as a user who may only read.",
		Example: "  aurora sql \"SELECT page, count() FROM clicks GROUP BY page\"\n  aurora sql -o csv -f report.sql > report.csv\n  aurora sql \"SELECT count() FROM clicks WHERE page = {p:String}\" --param p=/home",
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if o.SQL, err = sqlText(a, args, file); err != nil {
				return err
			}
			o.Out, o.Time = a.out, a.global.timeout
			return sqlRun(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&file, "file", "f", "", "read the statement from this file; - is stdin")
	f.StringArrayVar(&o.Params, "param", nil, "value of a {name:Type} parameter, name=value; may be repeated")
	f.IntVar(&o.Limit, "limit", aurora.DefaultRows, "most rows of the result")
	f.Int64Var(&o.MaxRowsRead, "max-rows-read", 0, "most rows the statement may read (default from the configuration)")
	f.BoolVar(&o.Stats, "stats", false, "say what the statement cost")
	return cmd
}

func sqlText(a *app, args []string, file string) (string, error) {
	if file == "" {
		return a.argumentOrStdin(args, "aurora sql \"SELECT …\", aurora sql -f FILE, or aurora sql - to read it from stdin")
	}
	if len(args) > 0 {
		return "", aurora.Usage("a statement and --file exclude each other", "leave one of them out")
	}
	if file == "-" {
		return a.argumentOrStdin([]string{file}, "")
	}
	content, err := os.ReadFile(a.proc.Path(file))
	if err != nil {
		return "", &aurora.Error{Code: aurora.CodeUsage, Title: "cannot read the statement", Detail: err.Error(), Hint: "check the path after --file", Err: err}
	}
	return string(content), nil
}

// formatClause is FORMAT at the end of a statement; the guard takes it off.
var formatClause = regexp.MustCompile(`(?i)\bFORMAT\s+(\w+)[\s;]*$`)

func sqlRun(ctx context.Context, o *sqlOptions) error {
	if o.MaxRowsRead < 0 {
		return aurora.Usage("--max-rows-read %d is out of range", "use 1 or more, or 0 for the limit of the configuration", o.MaxRowsRead)
	}
	statement := aurora.Statement{SQL: o.SQL}
	for _, param := range o.Params {
		name, value, ok := strings.Cut(param, "=")
		if !ok {
			return aurora.Usage("--param %q has no value", "use --param name=value", param)
		}
		statement.Params = append(statement.Params, aurora.Param{Name: name, Value: value})
	}
	e, err := o.Engine()
	if err != nil {
		return err
	}
	answer, err := e.Query(ctx, statement, aurora.Limits{Rows: o.Limit, RowsToRead: o.MaxRowsRead, Time: o.Time})
	if err != nil {
		return err
	}
	if clause := formatClause.FindStringSubmatch(o.SQL); clause != nil && !slices.Contains([]string{"ASC", "DESC", "FINAL", "NULL"}, strings.ToUpper(clause[1])) {
		o.Out.Note("FORMAT %s was left out: -o chooses the form (table, json, jsonl, csv or tsv)", clause[1])
	}
	if o.Stats {
		o.Out.Note("%d rows · %.0f ms · read %d rows, %d bytes", len(answer.Rows), answer.Stats.ElapsedMS, answer.Stats.RowsRead, answer.Stats.BytesRead)
	}
	return printAnswer(o.Out, answer)
}
