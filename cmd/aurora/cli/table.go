package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

type tableOptions struct {
	Engine func() (interface {
		Tables(ctx context.Context) ([]aurora.Table, error)
	}, error)
	Out *Output

	Name string
}

func newTableCommand(a *app) *cobra.Command {
	o := &tableOptions{Engine: func() (interface {
		Tables(ctx context.Context) ([]aurora.Table, error)
	}, error) {
		return a.engine()
	}}
	cmd := &cobra.Command{Use: "table", Aliases: []string{"tables"}, Short: "list and describe tables"}
	cmd.AddCommand(&cobra.Command{
		Use: "list", Short: "list the tables with their size", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = a.out
			return tableList(cmd.Context(), o)
		},
	}, &cobra.Command{
		Use: "describe NAME", Aliases: []string{"show"}, Short: "show the columns of a table", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Out, o.Name = a.out, strings.TrimPrefix(args[0], aurora.DataDatabase+".")
			return tableDescribe(cmd.Context(), o)
		},
	})
	return cmd
}

func tableList(ctx context.Context, o *tableOptions) error {
	e, err := o.Engine()
	if err != nil {
		return err
	}
	tables, err := e.Tables(ctx)
	if err != nil {
		return err
	}
	if len(tables) == 0 {
		o.Out.Note("there are no tables yet; next: aurora connect topic NAME")
	}
	return Items(o.Out, tables, func(tables []aurora.Table) Table {
		t := Table{Header: []string{"TABLE", "ROWS", "BYTES", "ORDER KEY", "COMMENT"}, Right: map[int]bool{1: true, 2: true}}
		for _, x := range tables {
			t.Rows = append(t.Rows, []string{x.Database + "." + x.Name, fmt.Sprint(x.Rows), fmt.Sprint(x.Bytes), strings.Join(x.SortingKey, ", "), x.Comment})
		}
		return t
	})
}

func tableDescribe(ctx context.Context, o *tableOptions) error {
	e, err := o.Engine()
	if err != nil {
		return err
	}
	tables, err := e.Tables(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, t := range tables {
		if t.Name == o.Name {
			return Items(o.Out, t.Columns, describedColumns)
		}
		names = append(names, t.Name)
	}
	return &aurora.Error{Code: aurora.CodeTableUnknown, Title: "no table is called " + o.Name,
		Detail: "tables: " + strings.Join(names, ", ") + aurora.DidYouMean(o.Name, names), Hint: "aurora table list"}
}

func describedColumns(columns []aurora.Column) Table {
	t := Table{Header: []string{"COLUMN", "TYPE", "COMMENT"}}
	for _, c := range columns {
		t.Rows = append(t.Rows, []string{c.Name, c.Type, c.Comment})
	}
	return t
}
