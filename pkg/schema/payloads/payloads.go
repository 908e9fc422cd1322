// Package payloads reads the sample records of the tests of inference and decoding.
package payloads

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// payload is a file of testdata: records, and how often and how far apart they come.
type payload struct {
	About string `json:"about"`
	// Repeat gives the records so many times over; {n} in a record is its number.
	Repeat int `json:"repeat"`
	// Every is the time between two records of the topic.
	Every   string            `json:"every"`
	Records []json.RawMessage `json:"records"`
	// Raw records are not JSON, so they are text here.
	Raw []string `json:"raw"`
}

// Read makes the records of a payload file.
func Read(t testing.TB, path string) []aurora.Record {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var p payload
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	every := time.Second
	if p.Every != "" {
		if every, err = time.ParseDuration(p.Every); err != nil {
			t.Fatal(err)
		}
	}
	var records []aurora.Record
	add := func(value []byte) {
		n := len(records)
		value = append([]byte{}, bytes.ReplaceAll(value, []byte("{n}"), fmt.Append(nil, n))...) // empty, never nil
		records = append(records, aurora.Record{Topic: "t", Offset: int64(n), Timestamp: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * every), Value: value})
	}
	for range max(p.Repeat, 1) {
		for _, record := range p.Records {
			var text string
			if json.Unmarshal(record, &text) == nil && strings.HasPrefix(text, "{") {
				record = []byte(text) // a record with tokens that a JSON file cannot hold
			}
			add(record)
		}
	}
	for _, raw := range p.Raw {
		add([]byte(raw))
	}
	return records
}
