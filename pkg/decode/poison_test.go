package decode

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// TestHostileRecordsCostNoMoreThanTheirLength feeds records made to be slow:
// each must be dealt with at once, and the rows around it must be stored.
func TestHostileRecordsCostNoMoreThanTheirLength(t *testing.T) {
	t.Parallel()
	const many = 200_000
	var keys, twice, entries strings.Builder
	for i := range many {
		fmt.Fprintf(&keys, `,"k%d":%d`, i, i)
		fmt.Fprintf(&twice, `,"a":%d`, i)
		fmt.Fprintf(&entries, `,"e%d":%d`, i, i)
	}
	big := strings.Repeat("x", 40<<20)
	cases := []struct {
		name, record string
		stored       bool
	}{
		{"as many unknown keys", `{"a":1` + keys.String() + `}`, true},
		{"one key so many times", `{"a":0` + twice.String() + `}`, true},
		{"as many map entries", `{"a":1,"m":{"e":0` + entries.String() + `}}`, true},
		{"depth 200", `{"a":1,"z":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`, false},
		{"a million brackets", `{"a":1,"z":` + strings.Repeat("[", 1_000_000), false},
		{"40 MiB of text", `{"a":1,"s":"` + big + `"}`, true},
		{"a number of 40 MiB", `{"a":` + strings.Repeat("9", 40<<20) + `}`, true},
		{"a float of a million digits", `{"a":1,"f":0.` + strings.Repeat("1", 1_000_000) + `e5}`, true},
		{"keys with dots, quotes and emoji", `{"a":1,"b.c":{"\"":[1]},"😀":"'","__proto__":{"x":1},"_offset":7}`, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBlock(t, aurora.Schema{Columns: columnsOf("a Nullable(Int64)", "m Map(String, Int64)", "s Nullable(String)", "f Nullable(Float64)")})
			begin := time.Now()
			b.Append(record(`{"a":7}`))
			letter := b.Append(record(c.record))
			b.Append(record(`{"a":8}`))
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
			if (letter == nil) != c.stored {
				t.Errorf("stored %t, want %t: %v", letter == nil, c.stored, letter)
			}
			checkLengths(t, b)
			if first, last := row(t, b, 0), row(t, b, b.Rows()-1); !strings.HasPrefix(first, "a=7 ") || !strings.HasPrefix(last, "a=8 ") {
				t.Error("the neighbours are not as they were")
			}
		})
	}
}
