package httpd

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// streamable formats have neither head nor foot: the engine writes each piece of
// a stream as a document of its own, which only for these is what a client wants.
var streamable = map[string]bool{
	"Native": true, "RowBinary": true, "TabSeparated": true, "TSV": true, "TabSeparatedRaw": true, "TSVRaw": true,
	"CSV": true, "JSONEachRow": true, "JSONLines": true, "NDJSON": true, "JSONCompactEachRow": true,
	"JSONStringsEachRow": true, "JSONCompactStringsEachRow": true, "TSKV": true, "MsgPack": true, "Null": true,
	"LineAsString": true,
}

func canStream(format string) bool { return streamable[format] }

var contentTypes = map[string]string{
	"JSON": "application/json; charset=UTF-8", "JSONCompact": "application/json; charset=UTF-8",
	"JSONEachRow": "application/x-ndjson; charset=UTF-8", "JSONLines": "application/x-ndjson; charset=UTF-8",
	"CSV": "text/csv; charset=UTF-8; header=absent", "CSVWithNames": "text/csv; charset=UTF-8; header=present",
	"TabSeparated": "text/tab-separated-values; charset=UTF-8", "TSV": "text/tab-separated-values; charset=UTF-8",
	"Native": "application/octet-stream", "RowBinary": "application/octet-stream", "Parquet": "application/octet-stream",
}

// answer writes the body of a result in the encoding that the client asked for.
type answer struct {
	w      http.ResponseWriter
	rq     *request
	format string
	tag    string
	out    io.Writer      // set by the first write
	end    io.WriteCloser // the transport encoding, if any
}

func newAnswer(w http.ResponseWriter, rq *request, shape shape) *answer {
	a := &answer{w: w, rq: rq, format: shape.format}
	if a.format == "" {
		a.format = rq.defaultFormat()
	}
	w.Header().Set("X-ClickHouse-Format", a.format)
	kind := contentTypes[a.format]
	if kind == "" {
		kind = "text/plain; charset=UTF-8"
	}
	w.Header().Set("Content-Type", kind)
	return a
}

func (a *answer) setSummary(stats Stats) { a.w.Header().Set("X-ClickHouse-Summary", summary(stats)) }

// setTag tells the client by which word it will know an exception in the body.
func (a *answer) setTag() {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	a.tag = hex.EncodeToString(b[:])
	a.w.Header().Set("X-ClickHouse-Exception-Tag", a.tag)
}

func (a *answer) write(body []byte) error {
	if len(body) == 0 {
		return nil
	}
	if a.out == nil {
		if err := a.open(); err != nil {
			return err
		}
	}
	if _, err := a.out.Write(body); err != nil {
		return err
	}
	if a.end == nil {
		_ = http.NewResponseController(a.w).Flush() // a writer that cannot flush sends later
	}
	return nil
}

// open decides the encoding: native blocks if asked for, else what the transport accepts.
func (a *answer) open() (err error) {
	if a.rq.values.Get("compress") == "1" {
		a.out = newBlocks(a.w, a.rq.values.Get("network_compression_method"))
		return nil
	}
	encoding := a.encoding()
	switch encoding {
	case "zstd":
		a.end, err = zstd.NewWriter(a.w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	case "gzip":
		a.end, err = gzip.NewWriterLevel(a.w, gzip.BestSpeed)
	case "deflate":
		a.end, err = zlib.NewWriterLevel(a.w, zlib.BestSpeed)
	case "lz4":
		a.end = lz4.NewWriter(a.w)
	default:
		a.out = a.w
		return nil
	}
	if err != nil {
		return err
	}
	a.w.Header().Set("Content-Encoding", encoding)
	a.w.Header().Add("Vary", "Accept-Encoding")
	a.out = a.end
	return nil
}

func (a *answer) encoding() string {
	if a.rq.values.Get("enable_http_compression") == "0" {
		return ""
	}
	accepted := a.rq.http.Header.Get("Accept-Encoding")
	for _, encoding := range []string{"zstd", "gzip", "deflate", "lz4"} {
		if strings.Contains(accepted, encoding) {
			return encoding
		}
	}
	return ""
}

// fail ends a body that has begun with an exception. Inside native blocks it is
// written as it is: clients look for it in the raw bytes.
func (a *answer) fail(frame []byte) error {
	var err error
	if a.end != nil {
		_, err = a.end.Write(frame)
	} else {
		_, err = a.w.Write(frame)
	}
	if err != nil {
		return err
	}
	return a.close()
}

func (a *answer) close() error {
	if a.end == nil {
		return nil
	}
	if err := a.end.Close(); err != nil {
		return errWritten{err}
	}
	return nil
}

// blockSize is how much goes into one native compressed block.
const blockSize = 1 << 20

// blocks writes ClickHouse's own compressed blocks.
type blocks struct {
	w io.Writer
	c *compress.Writer
}

func newBlocks(w io.Writer, method string) *blocks {
	how := compress.LZ4
	if strings.EqualFold(method, "zstd") {
		how = compress.ZSTD
	}
	return &blocks{w, compress.NewWriter(compress.LevelZero, how)}
}

func (b *blocks) Write(data []byte) (int, error) {
	for at := 0; at < len(data); at += blockSize {
		if err := b.c.Compress(data[at:min(at+blockSize, len(data))]); err != nil {
			return at, err
		}
		if _, err := b.w.Write(b.c.Data); err != nil {
			return at, err
		}
	}
	return len(data), nil
}

func summary(s Stats) string {
	return fmt.Sprintf(`{"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d","total_rows_to_read":"0","result_rows":"%d","result_bytes":"0","elapsed_ns":"%d"}`,
		s.ReadRows, s.ReadBytes, s.WrittenRows, s.WrittenBytes, s.ResultRows, s.Elapsed.Nanoseconds())
}
