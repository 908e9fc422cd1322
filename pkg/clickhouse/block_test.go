package clickhouse

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

// clicksBlock is a Native block of the offsets [first, first+rows) of partition 4.
func clicksBlock(t testing.TB, first int64, rows int) ([]string, []byte) {
	t.Helper()
	var (
		page, topic proto.ColStr
		n           proto.ColUInt64
		partition   proto.ColInt32
		offset      proto.ColInt64
		buffer      proto.Buffer
		columns     = []string{"page", "n", "_topic", "_partition", "_offset"}
	)
	for i := range rows {
		page.Append(fmt.Sprintf("/page/%d", i%7))
		n.Append(uint64(first) + uint64(i))
		topic.Append("clicks")
		partition.Append(4)
		offset.Append(first + int64(i))
	}
	block := proto.Block{Rows: rows, Columns: len(columns)}
	input := []proto.InputColumn{{Name: columns[0], Data: &page}, {Name: columns[1], Data: &n}, {Name: columns[2], Data: &topic}, {Name: columns[3], Data: &partition}, {Name: columns[4], Data: &offset}}
	if err := block.EncodeRawBlock(&buffer, 0, input); err != nil {
		t.Fatal(err)
	}
	return columns, buffer.Buf
}

func testBlockIsStoredOncePerToken(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	table := unique(t)
	db.createClicks(t, table)
	columns, native := clicksBlock(t, 100, 1000)
	_, others := clicksBlock(t, 5000, 1000)
	for _, body := range [][]byte{native, native, others} { // the token alone decides
		if err := db.InsertBlock(t.Context(), table, columns, body, "p.0/clicks:4:100-1099"); err != nil {
			t.Fatal(err)
		}
	}
	if got := db.count(t, "SELECT count() FROM "+dataTable(table)); got != 1000 {
		t.Errorf("%d rows, want 1000", got)
	}
	if err := db.InsertBlock(t.Context(), table, columns, others, "p.0/clicks:4:5000-5999"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		r    aurora.Range
		want int64
	}{
		{aurora.Range{Partition: 4, First: 100, Last: 1099}, 1000},
		{aurora.Range{Partition: 4, First: 1090, Last: 5004}, 15},
		{aurora.Range{Partition: 5, First: 100, Last: 1099}, 0},
	} {
		got, err := db.CountRange(t.Context(), table, "clicks", tt.r)
		if err != nil || got != tt.want {
			t.Errorf("CountRange(%s) = %d, %v; want %d", tt.r, got, err, tt.want)
		}
	}
	if got, err := db.CountRange(t.Context(), table, "other", aurora.Range{Partition: 4, First: 0, Last: 9999}); err != nil || got != 0 {
		t.Errorf("CountRange of another topic = %d, %v", got, err)
	}
}

func testViewsOfABlockAreStoredOnceToo(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	table := unique(t)
	db.createClicks(t, table)
	for _, ddl := range []string{
		"CREATE TABLE " + dataTable(table+"_sum") + " (page String, hits UInt64) ENGINE = MergeTree ORDER BY page SETTINGS non_replicated_deduplication_window = 100000",
		"CREATE MATERIALIZED VIEW " + dataTable(table+"_view") + " TO " + dataTable(table+"_sum") + " AS SELECT page, count() AS hits FROM " + dataTable(table) + " GROUP BY page",
	} {
		if err := db.Exec(t.Context(), ddl); err != nil {
			t.Fatal(err)
		}
	}
	columns, native := clicksBlock(t, 0, 700)
	for range 3 {
		if err := db.InsertBlock(t.Context(), table, columns, native, "p.0/clicks:4:0-699"); err != nil {
			t.Fatal(err)
		}
	}
	if got := db.count(t, "SELECT sum(hits) FROM "+dataTable(table+"_sum")); got != 700 {
		t.Errorf("the view counts %d, want 700", got)
	}
}

func testBlockErrorsHaveAClass(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	table := unique(t)
	db.createClicks(t, table)
	columns, native := clicksBlock(t, 0, 10)
	narrow := unique(t)
	if err := db.Exec(t.Context(), "CREATE TABLE "+dataTable(narrow)+" (page Enum8('a' = 1), n UInt64, _topic String, _partition Int32, _offset Int64) ENGINE = MergeTree ORDER BY n"); err != nil {
		t.Fatal(err)
	}
	wide := unique(t)
	if err := db.Exec(t.Context(), "CREATE TABLE "+dataTable(wide)+" (page String, n UInt64, _topic String, _partition Int32, _offset Int64) ENGINE = MergeTree ORDER BY n PARTITION BY n"); err != nil {
		t.Fatal(err)
	}
	_, many := clicksBlock(t, 0, 200)
	renamed := append([]string{"nope"}, columns[1:]...)
	tests := []struct {
		name    string
		table   string
		columns []string
		body    []byte
		class   aurora.SinkClass
	}{
		{"no such table", "nowhere", columns, native, aurora.SinkPipeline},
		{"no such column", table, renamed, native, aurora.SinkSchema},
		{"a value that does not fit", narrow, columns, native, aurora.SinkUnknown},
		{"too many partitions", wide, columns, many, aurora.SinkPipeline},
		{"half a block", table, columns, native[:len(native)/2], aurora.SinkUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := db.InsertBlock(t.Context(), tt.table, tt.columns, tt.body, unique(t))
			var sink *aurora.SinkError
			if !errors.As(err, &sink) {
				t.Fatalf("err = %v, want a sink error", err)
			}
			t.Logf("%s %d: %v", sink.Class, sink.Number, err)
			if tt.class != aurora.SinkUnknown && sink.Class != tt.class {
				t.Errorf("class %s (%v), want %s", sink.Class, err, tt.class)
			}
			if sink.Number == 0 {
				t.Error("the engine's number is missing")
			}
			if aurora.AsError(err).Hint == "" {
				t.Error("no hint")
			}
		})
	}
	if got := db.count(t, "SELECT count() FROM "+dataTable(table)); got != 0 {
		t.Errorf("%d rows of refused blocks", got)
	}
}

func testProbeDeduplication(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	for range 2 {
		if err := db.ProbeDeduplication(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, stored := range []uint64{0, 1, 3} {
		wantCode(t, judgeProbe(stored), aurora.CodeTableConflict)
	}
}

func testHalfSentIsCalledInsideTheBody(t *testing.T, e *enginetest.Engine) {
	db := openDB(t, e)
	table := unique(t)
	db.createClicks(t, table)
	var tokens []string
	db.config.HalfSent = func(token string) { tokens = append(tokens, token) }
	columns, native := clicksBlock(t, 0, 10)
	if err := db.InsertBlock(t.Context(), table, columns, native, "p.0/clicks:4:0-9"); err != nil {
		t.Fatal(err)
	}
	if len(tokens) != 1 || tokens[0] != "p.0/clicks:4:0-9" {
		t.Errorf("called with %v", tokens)
	}
	if got := db.count(t, "SELECT count() FROM "+dataTable(table)); got != 10 {
		t.Errorf("%d rows, want 10", got)
	}
}

func TestClassOfEveryCode(t *testing.T) {
	t.Parallel()
	want := map[aurora.SinkClass][]int32{
		aurora.SinkRetry:    {3, 159, 198, 202, 203, 209, 210, 225, 236, 241, 242, 243, 279, 285, 286, 319, 394, 425, 439, 999},
		aurora.SinkSchema:   {10, 16, 33, 53},
		aurora.SinkRow:      {6, 26, 27, 38, 41, 69, 70, 72, 117, 131, 321, 349, 407, 469, 691},
		aurora.SinkPipeline: {44, 48, 60, 62, 81, 115, 164, 192, 193, 194, 218, 431, 497, 516},
	}
	known := map[int32]aurora.SinkClass{}
	for class, codes := range want {
		for _, code := range codes {
			known[code] = class
		}
	}
	for code := int32(1); code < 1100; code++ {
		if code == codeTooManyParts {
			continue
		}
		class, ok := known[code]
		if !ok {
			class = aurora.SinkUnknown
		}
		if got := classOf(code, ""); got != class {
			t.Errorf("code %d is %s, want %s", code, got, class)
		}
	}
	if got := classOf(252, "Too many partitions for single INSERT block (more than 100)"); got != aurora.SinkPipeline {
		t.Errorf("too many partitions is %s", got)
	}
	if got := classOf(252, "Too many parts (300 with average size of 1 MiB) in table"); got != aurora.SinkRetry {
		t.Errorf("too many parts is %s", got)
	}
}

func TestInsertErrorFindsLateExceptions(t *testing.T) {
	t.Parallel()
	late := "\r\n__exception__\r\n0123456789abcdef\r\nCode: 241. DB::Exception: Memory limit exceeded: x. (MEMORY_LIMIT_EXCEEDED)\n84 0123456789abcdef\r\n__exception__\r\n"
	db := &DB{}
	c, done := db.begin(t.Context(), dialTimeout)
	defer done()
	tests := []struct {
		name   string
		status int
		header string
		body   string
		class  aurora.SinkClass
		number int
	}{
		{"stored", 200, "", "", "", 0},
		{"refused", 404, "60", "Code: 60. DB::Exception: Table aurora.x does not exist. (UNKNOWN_TABLE) (version 26.7.2.1)\n", aurora.SinkPipeline, 60},
		{"late", 200, "", late, aurora.SinkRetry, 241},
		{"header only", 500, "27", "", aurora.SinkRow, 27},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := &http.Response{StatusCode: tt.status, Header: http.Header{}}
			if tt.header != "" {
				res.Header.Set("X-ClickHouse-Exception-Code", tt.header)
			}
			err := db.sinkFault(c, insertError(res, []byte(tt.body)))
			if tt.class == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var sink *aurora.SinkError
			if !errors.As(err, &sink) || sink.Class != tt.class || sink.Number != tt.number {
				t.Fatalf("err = %#v, want %s %d", err, tt.class, tt.number)
			}
			if strings.Contains(err.Error(), "version") || strings.Contains(err.Error(), "__exception__") {
				t.Errorf("noise in %q", err)
			}
		})
	}
}

func BenchmarkInsertBlock(b *testing.B) {
	e := enginetest.Start(b)
	db, err := Open(config(e))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if err := db.Exec(b.Context(), "CREATE TABLE aurora.bench (page LowCardinality(String), n UInt64, _topic LowCardinality(String), _partition Int32, _offset Int64) ENGINE = MergeTree ORDER BY (page, _offset) SETTINGS non_replicated_deduplication_window = 100000"); err != nil {
		b.Fatal(err)
	}
	const rows = 100_000
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		columns, native := clicksBlock(b, int64(i)*rows, rows)
		b.StartTimer()
		if err := db.InsertBlock(b.Context(), "bench", columns, native, fmt.Sprintf("b/%d", i)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
