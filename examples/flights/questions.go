// Package flights holds what the programs of this example share: its questions
// and their reference answers.
package flights

import (
	"bytes"
	_ "embed" // questions and references are files beside this one
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Question is a question of the example.
type Question struct {
	ID   string `json:"id"`
	Text string `json:"question"`
	// Ordered says that the order of the answer's rows counts.
	Ordered bool `json:"ordered,omitempty"`
	// Refused is the word that nothing is known about; then there is no answer.
	Refused string `json:"refused,omitempty"`
}

//go:embed questions.jsonl
var questions []byte

//go:embed references.json
var references []byte

// Questions gives the questions in the order in which the example asks them.
func Questions() ([]Question, error) {
	var all []Question
	decoder := json.NewDecoder(bytes.NewReader(questions))
	decoder.DisallowUnknownFields()
	for {
		var q Question
		err := decoder.Decode(&q)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("questions.jsonl: %w", err)
		}
		all = append(all, q)
	}
}

// References gives the rows that answer each question, by its id. They were
// computed from the CSV files, outside ClickHouse, by package reference.
func References() (map[string][][]any, error) {
	var all map[string][][]any
	decoder := json.NewDecoder(bytes.NewReader(references))
	decoder.UseNumber()
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf("references.json: %w", err)
	}
	return all, nil
}
