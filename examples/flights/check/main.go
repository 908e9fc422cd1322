// Check is the part of run.sh that must not depend on what a machine happens
// to have: it lists the questions and compares the answers with the references.
//
//	check rows TABLE                            the number of events of a table
//	check questions                             id, tab and text of each question
//	check answer ID STATUS ANSWER PROBLEM       compare the output of `aurora ask -o json`
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/aurora-analytics/aurora/examples/flights"
	"github.com/aurora-analytics/aurora/examples/flights/dataset"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "rows":
		rows, err := dataset.WriteEvents(io.Discard, args[1])
		fmt.Fprintln(out, rows)
		return err
	case len(args) == 1 && args[0] == "questions":
		all, err := flights.Questions()
		for _, q := range all {
			fmt.Fprintf(out, "%s\t%s\n", q.ID, q.Text)
		}
		return err
	case len(args) == 5 && args[0] == "answer":
		return checkAnswer(out, args[1], args[2], args[3], args[4])
	}
	return errors.New("usage: check rows TABLE | questions | answer ID STATUS ANSWER PROBLEM")
}

// answer is what this program reads of an answer of `aurora ask -o json`.
type answer struct {
	Interpretation string `json:"interpretation"`
	Engine         string `json:"engine"`
	Columns        []struct {
		Name string `json:"name"`
	} `json:"columns"`
	Rows [][]any `json:"rows"`
}

func checkAnswer(out io.Writer, id, status, answerFile, problemFile string) error {
	all, err := flights.Questions()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(q flights.Question) bool { return q.ID == id })
	if at < 0 {
		return fmt.Errorf("there is no question %q", id)
	}
	problem, err := os.ReadFile(problemFile)
	if err != nil {
		return err
	}
	if q := all[at]; q.Refused != "" {
		return checkRefusal(out, q, status, problem)
	}
	if status != "0" {
		return fmt.Errorf("aurora ask ended with status %s: %s", status, bytes.TrimSpace(problem))
	}
	text, err := os.ReadFile(answerFile)
	if err != nil {
		return err
	}
	return compare(out, all[at], text)
}

func checkRefusal(out io.Writer, q flights.Question, status string, problem []byte) error {
	if status != "1" || !strings.Contains(string(problem), q.Refused) {
		return fmt.Errorf("expected a refusal with status 1 that names %q; status %s: %s", q.Refused, status, bytes.TrimSpace(problem))
	}
	var refusal struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Hint   string `json:"hint"`
	}
	if err := json.Unmarshal(problem, &refusal); err != nil {
		return fmt.Errorf("the refusal is no JSON: %w: %s", err, problem)
	}
	if refusal.Hint == "" {
		return errors.New("the refusal suggests nothing")
	}
	fmt.Fprintf(out, "   refused: %s: %s\n   next:    %s\n   ✔ refused, as it should be\n", refusal.Title, refusal.Detail, refusal.Hint)
	return nil
}

func compare(out io.Writer, q flights.Question, text []byte) error {
	var a answer
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&a); err != nil {
		return fmt.Errorf("the answer is no JSON: %w", err)
	}
	references, err := flights.References()
	if err != nil {
		return err
	}
	if a.Engine != "offline" {
		return fmt.Errorf("the engine is %q, not the offline planner", a.Engine)
	}
	printAnswer(out, a)
	if err := flights.Compare(references[q.ID], a.Rows, q.Ordered); err != nil {
		return err
	}
	fmt.Fprintln(out, "   ✔ equals the reference")
	return nil
}

// shown is how many rows of an answer are printed.
const shown = 6

func printAnswer(out io.Writer, a answer) {
	fmt.Fprintf(out, "   understood: %s\n", a.Interpretation)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	var names []string
	for _, c := range a.Columns {
		names = append(names, c.Name)
	}
	fmt.Fprintf(table, "   %s\n", strings.Join(names, "\t"))
	for _, row := range a.Rows[:min(shown, len(a.Rows))] {
		var cells []string
		for _, cell := range row {
			cells = append(cells, fmt.Sprint(cell))
		}
		fmt.Fprintf(table, "   %s\n", strings.Join(cells, "\t"))
	}
	_ = table.Flush()
	if more := len(a.Rows) - shown; more > 0 {
		fmt.Fprintf(out, "   … and %d rows more\n", more)
	}
}
