package ask

import (
	"fmt"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func noSchema() error {
	return &aurora.Error{
		Code: aurora.CodeNoSchema, Title: "there are no tables to ask about", Detail: "the warehouse is empty",
		Hint: "connect a topic first: aurora connect topic NAME",
	}
}

func keyMissing() error {
	return &aurora.Error{
		Code: aurora.CodeModelKeyMissing, Title: "no language model is configured", Detail: "neither a key nor an endpoint is set",
		Hint: "set OPENAI_API_KEY, or OPENAI_BASE_URL for a model of your own; or ask with --offline",
	}
}

func writeRequest(verb string) error {
	return &aurora.Error{
		Code: aurora.CodeWriteRequest, Title: "questions only read", Detail: fmt.Sprintf("%q asks for a change", verb),
		Hint: "ask what you want to know; data is changed with the other commands: aurora help",
	}
}

// notUnderstood refuses a question and offers others.
func notUnderstood(words []string, why string, understood, suggestions []string) error {
	detail := why
	if detail == "" {
		detail = "no table, column, value or known word is meant by: " + strings.Join(words, ", ")
	}
	hint := "say it with the names of the tables and columns; see them with: aurora table list"
	if len(suggestions) > 0 {
		hint = "you could ask: " + strings.Join(suggestions, " | ")
	}
	return &aurora.Error{
		Code: aurora.CodeNotUnderstood, Title: "the question was not understood", Detail: detail, Hint: hint,
		Extra: map[string]any{"not_understood": orEmpty(words), "understood": orEmpty(understood), "suggestions": orEmpty(suggestions)},
	}
}

func ambiguous(why string, choices []string) error {
	hint := "name the table and the column that are meant; see them with: aurora table list"
	if len(choices) > 0 {
		hint = "ask one of: " + strings.Join(choices, " | ")
	}
	return &aurora.Error{
		Code: aurora.CodeAmbiguous, Title: "the question can be read in more than one way", Detail: why, Hint: hint,
		Extra: map[string]any{"choices": orEmpty(choices)},
	}
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
