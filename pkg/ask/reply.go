package ask

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// reply is what a model answers with.
type reply struct {
	Outcome     string       `json:"outcome"`
	SQL         string       `json:"sql"`
	Params      []replyParam `json:"params"`
	Reading     replyReading `json:"reading"`
	Assumptions []string     `json:"assumptions"`
	Clarify     []string     `json:"clarify"`
	Missing     []string     `json:"missing"`
}

type replyParam struct {
	Name  string    `json:"name"`
	Type  string    `json:"type"`
	Value replyText `json:"value"`
}

// replyText takes a value that came as a number or a truth value for text.
type replyText string

// UnmarshalJSON reads a scalar as text.
func (t *replyText) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err == nil {
		*t = replyText(text)
		return nil
	}
	if len(data) > 0 && data[0] != '{' && data[0] != '[' && string(data) != "null" {
		*t = replyText(data)
		return nil
	}
	return errors.New("the value of a parameter must be text")
}

type replyReading struct {
	Tables   []string      `json:"tables"`
	Measures []string      `json:"measures"`
	GroupBy  []string      `json:"group_by"`
	Filters  []replyFilter `json:"filters"`
	Time     string        `json:"time"`
	Order    string        `json:"order"`
	Limit    json.Number   `json:"limit"`
}

type replyFilter struct {
	Column string    `json:"column"`
	Op     string    `json:"op"`
	Value  replyText `json:"value"`
}

// readReply reads and checks a reply; its errors can be mended by asking again.
func readReply(text string) (reply, error) {
	var r reply
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return r, fmt.Errorf("the reply is not the JSON object that was asked for: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("there is text behind the JSON object")
	}
	switch r.Outcome {
	case "refuse", "clarify":
		return r, nil
	case "sql":
		return r, r.check()
	}
	return r, fmt.Errorf("outcome %q is not one of sql, clarify, refuse", r.Outcome)
}

var (
	placeholderPattern = regexp.MustCompile(`\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([^{}]+?)\s*\}`)
	paramTypePattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\([A-Za-z0-9_ ,'/+\-()]*\))?$`)
)

// check compares the placeholders of the SQL with the parameters.
func (r *reply) check() error {
	r.SQL = strings.TrimRight(strings.TrimSpace(r.SQL), "; \n")
	if r.SQL == "" {
		return errors.New("outcome is sql, but sql is empty")
	}
	wanted := map[string]string{}
	for _, match := range placeholderPattern.FindAllStringSubmatch(r.SQL, -1) {
		wanted[match[1]] = match[2]
	}
	given := map[string]bool{}
	for _, p := range r.Params {
		typ, used := wanted[p.Name]
		switch {
		case given[p.Name]:
			return fmt.Errorf("parameter %s is given twice", p.Name)
		case !used:
			return fmt.Errorf("parameter %s is not used in the SQL", p.Name)
		case !paramTypePattern.MatchString(p.Type) || strings.Contains(p.Type, "Identifier"):
			return fmt.Errorf("parameter %s has the type %q, which a parameter may not have", p.Name, p.Type)
		case plainType(typ) != plainType(p.Type):
			return fmt.Errorf("parameter %s is %s in the SQL but %s in params", p.Name, typ, p.Type)
		}
		given[p.Name] = true
	}
	for name := range wanted {
		if !given[name] {
			return fmt.Errorf("{%s:%s} has no value in params", name, wanted[name])
		}
	}
	return nil
}

func plainType(typ string) string { return strings.ReplaceAll(typ, " ", "") }

func (r *reply) statement() aurora.Statement {
	s := aurora.Statement{SQL: r.SQL, Params: []aurora.Param{}}
	for _, p := range r.Params {
		s.Params = append(s.Params, aurora.Param{Name: p.Name, Type: p.Type, Value: string(p.Value)})
	}
	return s
}

// interpretation says the reading in one sentence.
func (r *reply) interpretation() string {
	var parts []string
	add := func(lead string, words []string) {
		words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
		if len(words) > 0 {
			parts = append(parts, lead+strings.Join(words, ", "))
		}
	}
	add("", r.Reading.Measures)
	add("of ", r.Reading.Tables)
	add("per ", r.Reading.GroupBy)
	var filters []string
	for _, f := range r.Reading.Filters {
		filters = append(filters, strings.TrimSpace(f.Column+" "+f.Op+" "+string(f.Value)))
	}
	add("where ", filters)
	add("time ", []string{r.Reading.Time})
	add("order ", []string{r.Reading.Order})
	if len(parts) == 0 {
		return "the model gave no reading of the question"
	}
	return strings.Join(parts, ", ")
}

// inlined finds values of the question that stand in the SQL as literals.
func inlined(question, sql string) []string {
	words := map[string]bool{}
	numbers := map[string]bool{}
	toks := tokenize(question)
	for i, tok := range toks {
		switch tok.kind {
		case tokenNumber, tokenDate:
			numbers[tok.text] = true
		}
		for n := 1; n <= maxSpan && i+n <= len(toks); n++ {
			words[valueKey(writtenSpan(toks[i:i+n]))] = true
		}
	}
	var found []string
	for _, lit := range sqlLiterals(sql) {
		switch {
		case lit.number && numbers[lit.text]:
			found = append(found, lit.text)
		case !lit.number && worth(lit.text) && (words[valueKey(lit.text)] || numbers[lit.text]):
			found = append(found, "'"+lit.text+"'")
		}
	}
	return found
}

// worth leaves out texts that are grammar, not values: units, zones, words such as "of".
func worth(text string) bool {
	key := valueKey(text)
	return key != "" && !functionWord(key) && key != "utc" && grainWords[stem(key)] == ""
}

type sqlLiteral struct {
	text   string
	number bool
}

var sqlLiteralPattern = regexp.MustCompile("(?s)'((?:[^'\\\\]|\\\\.|'')*)'|`(?:[^`\\\\]|\\\\.)*`|\"(?:[^\"\\\\]|\\\\.)*\"|--[^\n]*|/\\*.*?\\*/|\\{[^{}]*\\}|[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:\\.[0-9]+)?")

// sqlLiterals lists the text and number literals of a statement; names,
// comments and placeholders are passed over.
func sqlLiterals(sql string) []sqlLiteral {
	var found []sqlLiteral
	for _, match := range sqlLiteralPattern.FindAllStringSubmatch(sql, -1) {
		switch match[0][0] {
		case '\'':
			found = append(found, sqlLiteral{text: strings.NewReplacer(`\'`, `'`, `''`, `'`, `\\`, `\`).Replace(match[1])})
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			found = append(found, sqlLiteral{text: match[0], number: true})
		}
	}
	return found
}
