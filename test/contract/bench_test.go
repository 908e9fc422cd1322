package contract

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/test/enginetest"
)

const benchColumns = "number AS id, toString(number % 1000) AS user, number % 20 AS kind, number / 3 AS amount, " +
	"toDateTime64('2024-01-01 00:00:00', 3, 'UTC') + number AS at, 'https://example.com/' || toString(number % 500) AS url"

// BenchmarkInsertNative posts Native blocks of 100,000 rows, as the worker does.
func BenchmarkInsertNative(b *testing.B) {
	e := enginetest.Start(b)
	e.Query("CREATE TABLE t ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100000 AS SELECT " + benchColumns + " FROM numbers(0)")
	block := []byte(e.Query("SELECT " + benchColumns + " FROM numbers(100000) SETTINGS max_block_size = 100000 FORMAT Native"))
	b.SetBytes(int64(len(block)))
	b.ResetTimer()
	for i := range b.N {
		query := url.Values{"query": {"INSERT INTO t FORMAT Native"}, "insert_deduplication_token": {fmt.Sprint(i)}}
		request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, e.URL+"/?"+query.Encode(), bytes.NewReader(block))
		if err != nil {
			b.Fatal(err)
		}
		request.SetBasicAuth(e.WriterUser, e.WriterPassword)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			b.Fatal(string(body))
		}
	}
	b.ReportMetric(float64(b.N)*100_000/b.Elapsed().Seconds(), "rows/s")
	if want := fmt.Sprint(b.N*100_000) + "\n"; e.Query("SELECT count() FROM t") != want {
		b.Errorf("the table does not hold %s rows", want)
	}
}

// BenchmarkReady starts the engine until it answers, and reports its memory.
func BenchmarkReady(b *testing.B) {
	e := enginetest.Start(b)
	for b.Loop() {
		b.StopTimer()
		e.Stop()
		b.StartTimer()
		e.Restart()
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", e.PID))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kilobytes); err == nil {
			b.ReportMetric(kilobytes/1024, "MB-idle")
		}
	}
}

// BenchmarkSelectOne is the least that a statement costs over HTTP.
func BenchmarkSelectOne(b *testing.B) {
	e := enginetest.Start(b)
	for b.Loop() {
		e.Read("SELECT 1")
	}
}
