package sqlguard

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// corpusCase is one statement of a corpus file.
type corpusCase struct {
	class     string
	statement aurora.Statement
}

// readCorpus reads statements parted by blank lines: `--#` names a class, `--p name
// Type value` gives a parameter.
func readCorpus(tb testing.TB, name string) []corpusCase {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "corpus", name))
	if err != nil {
		tb.Fatal(err)
	}
	var cases []corpusCase
	class := ""
	for block := range strings.SplitSeq(string(text), "\n\n") {
		var sql []string
		var params []aurora.Param
		for line := range strings.SplitSeq(strings.Trim(block, "\n"), "\n") {
			switch {
			case strings.HasPrefix(line, "--# "):
				class = strings.TrimPrefix(line, "--# ")
			case strings.HasPrefix(line, "--p "):
				params = append(params, corpusParam(strings.TrimPrefix(line, "--p ")))
			default:
				sql = append(sql, line)
			}
		}
		if text := strings.Join(sql, "\n"); strings.TrimSpace(text) != "" && class != "" {
			cases = append(cases, corpusCase{class: class, statement: aurora.Statement{SQL: text, Params: params}})
		}
	}
	return cases
}

// corpusParam reads `name Type value`; the type may hold blanks inside its brackets.
func corpusParam(line string) aurora.Param {
	name, rest, _ := strings.Cut(line, " ")
	depth := 0
	for i, r := range rest {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ' ' && depth == 0:
			return aurora.Param{Name: name, Type: rest[:i], Value: rest[i+1:]}
		}
	}
	return aurora.Param{Name: name, Type: rest}
}

// A statement that reads is accepted, and what the guard gives back answers with the
// rows of what was written.
func legitimateStatementsPass(t *testing.T, e *engine) {
	t.Helper()
	guard := New(e, e)
	cases := readCorpus(t, "legitimate.sql")
	for i, c := range cases {
		t.Run(fmt.Sprintf("%s %d", c.class, i), func(t *testing.T) {
			t.Parallel()
			verdict, err := guard.Check(t.Context(), c.statement, Ask)
			if err != nil {
				t.Fatalf("%s\nrefused: %v %v", c.statement.SQL, err, aurora.AsError(err).Extra)
			}
			want, err := e.call(t.Context(), e.reader, "JSONCompactEachRowWithNamesAndTypes", strings.TrimRight(c.statement.SQL, "; \n"), c.statement.Params)
			if err != nil {
				t.Fatalf("%s\nunguarded: %v", c.statement.SQL, err)
			}
			got, err := e.call(t.Context(), e.reader, "JSONCompactEachRowWithNamesAndTypes", verdict.Statement.SQL, verdict.Statement.Params)
			if err != nil {
				t.Fatalf("%s\nguarded: %v", verdict.Statement.SQL, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\ndiffers guarded (-unguarded +guarded):\n%s", verdict.Statement.SQL, diff)
			}
		})
	}
	if len(cases) < 150 {
		t.Errorf("the corpus has %d statements, want at least 150", len(cases))
	}
}
