package ask

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

var update = flag.Bool("update", false, "rewrite the statements of the cases; read the diff")

// questionCase is one file of testdata/cases: a question, the rows that answer
// it (written by hand, from the data), and the statement it becomes.
type questionCase struct {
	schema, name, path string
	// row is the row of the grammar table the case belongs to.
	row       string
	question  string
	rows      [][]string
	statement string
}

func cases(tb testing.TB) []questionCase {
	tb.Helper()
	var all []questionCase
	paths, err := filepath.Glob(filepath.Join("testdata", "cases", "*", "*.txtar"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		c := questionCase{schema: filepath.Base(filepath.Dir(path)), name: strings.TrimSuffix(filepath.Base(path), ".txtar"), path: path, row: strings.TrimSpace(string(archive.Comment))}
		for _, file := range archive.Files {
			switch file.Name {
			case "question":
				c.question = strings.TrimSpace(string(file.Data))
			case "rows":
				for _, line := range strings.Split(strings.TrimSuffix(string(file.Data), "\n"), "\n") {
					c.rows = append(c.rows, strings.Split(line, "\t"))
				}
			case "statement":
				c.statement = string(file.Data)
			}
		}
		all = append(all, c)
	}
	return all
}

// show writes a draft as the golden file holds it.
func show(d Draft) string {
	var b strings.Builder
	b.WriteString(d.Statement.SQL + "\n")
	for _, p := range d.Statement.Params {
		fmt.Fprintf(&b, "%s %s = %s\n", p.Name, p.Type, p.Value)
	}
	b.WriteString("reads: " + d.Interpretation + "\n")
	for _, text := range d.Assumptions {
		b.WriteString("assumed: " + text + "\n")
	}
	fmt.Fprintf(&b, "confidence: %.2f\n", d.Confidence)
	return b.String()
}

// TestCases plans every question and compares the statement with the golden one.
func TestCases(t *testing.T) {
	t.Parallel()
	for _, c := range cases(t) {
		t.Run(c.schema+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			draft, err := asker(readSchema(t, c.schema)).Draft(t.Context(), offline(c.question), nil)
			if err != nil {
				t.Fatalf("%q: %v\n%v", c.question, err, aurora.AsError(err).Extra)
			}
			got := show(draft)
			if *update && got != c.statement {
				rewrite(t, c, got)
				return
			}
			if diff := cmp.Diff(c.statement, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", c.question, diff)
			}
		})
	}
}

func rewrite(t *testing.T, c questionCase, statement string) {
	t.Helper()
	archive, err := txtar.ParseFile(c.path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range archive.Files {
		if archive.Files[i].Name == "statement" {
			archive.Files[i].Data = []byte(statement)
		}
	}
	if err := os.WriteFile(c.path, txtar.Format(archive), 0o644); err != nil { //nolint:gosec // a golden file
		t.Fatal(err)
	}
}

// TestGrammarTable prints how many cases each row of the grammar has, over how
// many schemas, and keeps the set from shrinking.
func TestGrammarTable(t *testing.T) {
	t.Parallel()
	count, where := map[string]int{}, map[string]map[string]bool{}
	for _, c := range cases(t) {
		count[c.row]++
		if where[c.row] == nil {
			where[c.row] = map[string]bool{}
		}
		where[c.row][c.schema] = true
	}
	rows := make([]string, 0, len(count))
	for row := range count {
		rows = append(rows, row)
	}
	sort.Strings(rows)
	for _, row := range rows {
		t.Logf("%-12s %3d cases over %d schemas", row, count[row], len(where[row]))
	}
	if len(cases(t)) < 30 || len(schemas(t)) < 3 {
		t.Errorf("%d cases over %d schemas; there were more", len(cases(t)), len(schemas(t)))
	}
}

// TestNonsense puts one word that means nothing into every question, at every
// place: each must be refused, naming the word.
func TestNonsense(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, c := range cases(t) {
		a := asker(readSchema(t, c.schema))
		for _, nonsense := range []string{"flurbish", "Zorbleflux"} {
			for _, text := range insertions(c.question, nonsense) {
				tried++
				_, err := a.Draft(t.Context(), offline(text), nil)
				e := aurora.AsError(err)
				if e == nil || e.Code != aurora.CodeNotUnderstood {
					t.Errorf("%q: got %v, want a refusal", text, err)
					continue
				}
				if words, _ := e.Extra["not_understood"].([]string); !strings.Contains(strings.Join(words, "\n"), nonsense) {
					t.Errorf("%q: the refusal names %q, not the word", text, words)
				}
			}
		}
	}
	t.Logf("%d questions with a word of nonsense", tried)
}

// TestNumbers puts a number into every question, at every place: it must be
// refused, or the number must be in the statement. None may vanish.
func TestNumbers(t *testing.T) {
	t.Parallel()
	tried, answered := 0, 0
	for _, c := range cases(t) {
		a := asker(readSchema(t, c.schema))
		for _, text := range insertions(c.question, "4711") {
			tried++
			draft, err := a.Draft(t.Context(), offline(text), nil)
			if err != nil {
				continue
			}
			answered++
			if !strings.Contains(fmt.Sprint(draft.Statement.Params), "4711") {
				t.Errorf("%q lost its number: %s", text, draft.Statement.SQL)
			}
		}
	}
	t.Logf("%d questions with a number, %d answered with it", tried, answered)
}

// TestRealWords does the same with words of English that the grammar does not
// know, and with words it knows in other places: an answer must say so in its SQL.
func TestRealWords(t *testing.T) {
	t.Parallel()
	for _, c := range cases(t) {
		a := asker(readSchema(t, c.schema))
		for _, word := range []string{"purple", "without", "not", "between"} {
			for _, text := range insertions(c.question, word) {
				draft, err := a.Draft(t.Context(), offline(text), nil)
				if err == nil && draft.Statement.SQL == firstLine(c.statement) {
					t.Errorf("%q is answered as if %q were not there", text, word)
				}
			}
		}
	}
}

// insertions puts a word between any two words of a text, outside of quotes.
func insertions(text, word string) []string {
	words := strings.Fields(text)
	var all []string
	for i := 0; i <= len(words); i++ {
		if strings.Count(strings.Join(words[:i], " "), `"`)%2 == 1 {
			continue
		}
		mixed := append(append(append([]string{}, words[:i]...), word), words[i:]...)
		all = append(all, strings.Join(mixed, " "))
	}
	return all
}

// TestKnownWords puts a known value into every question, at every place: it must
// be refused, or the value must be in the statement. No condition may vanish.
func TestKnownWords(t *testing.T) {
	t.Parallel()
	values := map[string][]string{"shop": {"refunded", "phone"}, "ops": {"eu-west"}, "ferries": {"HEL"}, "depot": {"cancelled", "delayed"}}
	tried, answered := 0, 0
	for _, c := range cases(t) {
		a := asker(readSchema(t, c.schema))
		for _, value := range values[c.schema] {
			if strings.Contains(c.question, value) {
				continue
			}
			for _, text := range insertions(c.question, value) {
				tried++
				draft, err := a.Draft(t.Context(), offline(text), nil)
				if err != nil {
					continue
				}
				answered++
				if !strings.Contains(fmt.Sprint(draft.Statement.Params), value) {
					t.Errorf("%q lost %q: %s", text, value, draft.Statement.SQL)
				}
			}
		}
	}
	if answered == 0 {
		t.Error("no question with a value more is answered")
	}
	t.Logf("%d questions with one value more, %d answered with it", tried, answered)
}
