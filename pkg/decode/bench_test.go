package decode

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"syscall"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// benchRecords makes records of 10 fields and about 210 bytes, the same ones every time.
func benchRecords(n int) []aurora.Record {
	r := rand.New(rand.NewSource(7))
	kinds := []string{"PushEvent", "WatchEvent", "IssuesEvent", "PullRequestEvent", "ForkEvent"}
	languages := []string{"Go", "Python", "Rust", "TypeScript", "Java"}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	records := make([]aurora.Record, n)
	for i := range records {
		value := fmt.Appendf(nil, `{"id":%d,"type":%q,"actor":"user%d","repo":"org%d/repo%d","created_at":%q,"language":%q,"stars":%d,"score":%.4f,"public":%t,"ref":"refs/heads/main"}`,
			40_000_000_000+i, kinds[r.Intn(5)], r.Intn(100_000), r.Intn(2000), r.Intn(500), at.Add(time.Duration(i)*time.Millisecond).Format("2006-01-02T15:04:05.000Z"),
			languages[r.Intn(5)], r.Intn(50_000), r.Float64()*100, r.Intn(2) == 0)
		records[i] = aurora.Record{Topic: "t", Offset: int64(i), Timestamp: at, Value: value}
	}
	return records
}

func benchSchema() aurora.Schema {
	return aurora.Schema{Columns: columnsOf("id Int64", "type LowCardinality(String)", "actor String", "repo String", "created_at DateTime64(3, 'UTC')",
		"language LowCardinality(String)", "stars Int64", "score Float64", "public Bool", "ref LowCardinality(String)"), PartitionBy: "toDate(`created_at`)"}
}

// cpuTime is the processor time of this process: on a busy machine it tells
// more than the clock.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkAppend is one core from bytes to encoded blocks; ns/op is per record.
func BenchmarkAppend(b *testing.B) {
	records := benchRecords(65_536)
	block := newBlock(b, benchSchema())
	bytes := 0
	for i := range records {
		bytes += len(records[i].Value)
	}
	b.SetBytes(int64(bytes / len(records)))
	b.ReportAllocs()
	began := cpuTime(b)
	for i := 0; b.Loop(); i++ {
		if letter := block.Append(&records[i%len(records)]); letter != nil {
			b.Fatal(letter.Message)
		}
		if block.Rows() == len(records) {
			block.Encode()
			block.Reset()
		}
	}
	b.ReportMetric(float64(b.N)/(cpuTime(b)-began).Seconds(), "rows/core-s")
}

// BenchmarkMap is the yardstick of the same run: encoding/json into a map, nothing else.
func BenchmarkMap(b *testing.B) {
	records := benchRecords(65_536)
	b.ReportAllocs()
	began := cpuTime(b)
	for i := 0; b.Loop(); i++ {
		var object map[string]any
		if err := json.Unmarshal(records[i%len(records)].Value, &object); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/(cpuTime(b)-began).Seconds(), "rows/core-s")
}
