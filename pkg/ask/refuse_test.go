package ask

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// refusals reads testdata/NAME: "schema | question | what the error must name".
func refusals(t *testing.T, name string) [][3]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var all [][3]string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		parts := strings.Split(line, " | ")
		if strings.HasPrefix(line, "#") || len(parts) != 3 {
			continue
		}
		all = append(all, [3]string(parts))
	}
	return all
}

// TestRefusals: what is not understood is refused by its words, with three
// questions that are answered when they are asked.
func TestRefusals(t *testing.T) {
	t.Parallel()
	list := refusals(t, "refusals.txt")
	if len(list) < 15 {
		t.Errorf("only %d refusals", len(list))
	}
	for _, c := range list {
		t.Run(c[1], func(t *testing.T) {
			t.Parallel()
			a := asker(readSchema(t, c[0]))
			draft, err := a.Draft(t.Context(), offline(c[1]), nil)
			var e *aurora.Error
			if !errors.As(err, &e) || e.Code != aurora.CodeNotUnderstood {
				t.Fatalf("got %v\n%s, want a refusal", err, draft.Statement.SQL)
			}
			words := strings.Join(e.Extra["not_understood"].([]string), " ")
			if !strings.Contains(words, c[2]) {
				t.Errorf("the refusal names %q, want %q (%s)", words, c[2], e.Detail)
			}
			suggestions := e.Extra["suggestions"].([]string)
			if len(suggestions) != 3 {
				t.Errorf("suggestions: %q", suggestions)
			}
			for _, question := range suggestions {
				if d, err := a.Draft(t.Context(), offline(question), nil); err != nil || d.Confidence < offerFrom {
					t.Errorf("the suggestion %q is not answered well: %v (%.2f)", question, err, d.Confidence)
				}
			}
		})
	}
}

// TestAmbiguous: two readings give choices, and each choice is answered.
func TestAmbiguous(t *testing.T) {
	t.Parallel()
	for _, c := range refusals(t, "ambiguous.txt") {
		t.Run(c[1], func(t *testing.T) {
			t.Parallel()
			a := asker(readSchema(t, c[0]))
			draft, err := a.Draft(t.Context(), offline(c[1]), nil)
			var e *aurora.Error
			if !errors.As(err, &e) || e.Code != aurora.CodeAmbiguous {
				t.Fatalf("got %v\n%s, want choices", err, draft.Statement.SQL)
			}
			choices := e.Extra["choices"].([]string)
			if len(choices) == 0 || !strings.Contains(strings.Join(choices, "\n"), c[2]) {
				t.Errorf("choices %q, want one with %q", choices, c[2])
			}
			seen := map[string]bool{}
			for _, choice := range choices {
				d, err := a.Draft(t.Context(), offline(choice), nil)
				if err != nil || seen[show(d)] {
					t.Errorf("the choice %q: %v", choice, err)
				}
				seen[show(d)] = true
			}
		})
	}
}

func TestWriteRequests(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"delete all orders", "Delete the orders from Germany", "drop table orders", "please remove the customers", "update orders set status to paid",
		"can you truncate orders", "insert a row into orders", "how many orders; drop table orders", "DROP TABLE orders", "rename column amount", "alter table orders",
	} {
		_, err := asker(readSchema(t, "shop")).Draft(t.Context(), offline(text), nil)
		if e := aurora.AsError(err); e == nil || e.Code != aurora.CodeWriteRequest || e.ExitStatus() != aurora.ExitRefused {
			t.Errorf("%q: got %v, want a refused write request", text, err)
		}
	}
}

func TestQuestionBounds(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]aurora.Code{
		"": aurora.CodeQuestionEmpty, " \n\t\u200b ": aurora.CodeQuestionEmpty, strings.Repeat("a", 2001): aurora.CodeQuestionTooLong,
		"how many " + strings.Repeat("orders ", 300): aurora.CodeQuestionTooLong,
	} {
		_, err := asker(readSchema(t, "shop")).Draft(t.Context(), offline(text), nil)
		if e := aurora.AsError(err); e == nil || e.Code != code || e.ExitStatus() != aurora.ExitUsage {
			t.Errorf("%.20q: got %v, want %s", text, err, code)
		}
	}
	if _, err := asker(&fileCatalogue{}).Draft(t.Context(), offline("how many orders"), nil); aurora.AsError(err).Code != aurora.CodeNoSchema {
		t.Errorf("without tables: %v", err)
	}
}

// TestOwnColumns: Aurora's own columns are used when named exactly, never else.
func TestOwnColumns(t *testing.T) {
	t.Parallel()
	a := asker(readSchema(t, "shop"))
	if d, err := a.Draft(t.Context(), offline("number of orders per _topic"), nil); err != nil || !strings.Contains(d.Statement.SQL, "_topic") {
		t.Errorf("named exactly: %v", err)
	}
	if d, err := a.Draft(t.Context(), offline("number of orders per topic"), nil); err == nil {
		t.Errorf("not named exactly, but answered: %s", d.Statement.SQL)
	}
	d, err := a.Draft(t.Context(), offline("latest orders"), nil)
	if err != nil || strings.Contains(d.Statement.SQL, "_offset") {
		t.Errorf("rows show Aurora's columns: %s %v", d.Statement.SQL, err)
	}
}
