package schema_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode"
	"github.com/aurora-analytics/aurora/pkg/schema"
	"github.com/aurora-analytics/aurora/pkg/schema/payloads"
)

var update = flag.Bool("update", false, "rewrite the expected schemas in testdata")

// describe writes a sample down as the golden files have it.
func describe(s aurora.Sample, err error) string {
	var b strings.Builder
	if err != nil {
		e := aurora.AsError(err)
		fmt.Fprintf(&b, "error %s: %s\nnext: %s\n", e.Code, e.Error(), e.Hint)
		return b.String()
	}
	fmt.Fprintf(&b, "%d records, %d unreadable\n", s.Records, s.Unreadable)
	for _, p := range s.Problems {
		fmt.Fprintf(&b, "offset %d: %s\n", p.Offset, p.Message)
	}
	for _, c := range s.Schema.Columns {
		fmt.Fprintf(&b, "%s | %s | %s | nulls %.3g | distinct %d | %q | %s", c.Name, c.Type, strings.Join(c.Path, " > "), c.NullShare, c.Distinct, c.Example, c.Why)
		if c.Epoch != "" {
			fmt.Fprintf(&b, " | epoch %s", c.Epoch)
		}
		if c.Mixed {
			b.WriteString(" | mixed")
		}
		b.WriteByte('\n')
	}
	if len(s.Empty) > 0 {
		fmt.Fprintf(&b, "empty: %s\n", strings.Join(s.Empty, ", "))
	}
	fmt.Fprintf(&b, "time column %q\n\n%s\n", s.Schema.TimeColumn, schema.CreateTable("aurora", "t", s.Schema))
	return b.String()
}

// TestInferPayloads compares each payload file with the schema written beside
// it: types, reasons, keys and DDL. After -update, read the difference.
func TestInferPayloads(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d payload files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			records := payloads.Read(t, file)
			sample, err := schema.Infer("t", records)
			got := describe(sample, err)
			golden := strings.TrimSuffix(file, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, readErr := os.ReadFile(golden)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
			if err == nil {
				checkDecodes(t, sample, records)
			}
		})
	}
}

// checkDecodes proves that what inference promises the decoder can do: every
// record of the sample that was readable becomes a row, but for those that the
// reasons announce as dead letters.
func checkDecodes(t *testing.T, sample aurora.Sample, records []aurora.Record) {
	t.Helper()
	block, err := decode.NewJSON(sample.Schema, sample.Topic)
	if err != nil {
		t.Fatal(err)
	}
	announced := map[string]bool{}
	for _, c := range sample.Schema.Columns {
		announced[c.Name] = strings.Contains(c.Why, "for the dead letters")
	}
	parse := 0
	for i := range records {
		if records[i].Value == nil {
			continue
		}
		letter := block.Append(&records[i])
		switch {
		case letter == nil, announced[letter.Column]:
		case letter.Reason == aurora.ReasonParse:
			parse++
		default:
			t.Errorf("record %d of the sample does not fit: %s", i, letter.Message)
		}
	}
	if parse != sample.Unreadable {
		t.Errorf("inference could not read %d records, the decoder %d", sample.Unreadable, parse)
	}
}
