package decode

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/google/uuid"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// render writes row i of a builder as text, as a person would write it down.
func render(t *testing.T, b builder, kind string, i int) string {
	t.Helper()
	switch c := b.(type) {
	case *nullable:
		if c.mask[i] == 1 {
			return "NULL"
		}
		_, inner := splitType(kind)
		return render(t, c.inner, inner, i)
	case *words:
		if c.nulls && c.keys[i] == 0 {
			return "NULL"
		}
		return strconv.Quote(c.dict.Row(int(c.keys[i])))
	case *texts:
		return strconv.Quote(c.data.Row(i))
	case *list:
		_, inner := splitType(kind)
		return "[" + strings.Join(renderItems(t, c.items, inner, c.ends, i, nil), " ") + "]"
	case *mapping:
		_, inner := splitType(kind)
		_, inner, _ = strings.Cut(inner, ",")
		return "{" + strings.Join(renderItems(t, c.values, strings.TrimSpace(inner), c.ends, i, &c.keys), " ") + "}"
	case *fixed[int64]:
		if p := precisionOf(kind); p >= 0 {
			return jsontext.FormatTicks(c.data[i], p)
		}
		return fmt.Sprint(c.data[i])
	case *fixed[uint64]:
		return fmt.Sprint(c.data[i])
	case *fixed[float64]:
		return strconv.FormatFloat(c.data[i], 'g', -1, 64)
	case *fixed[bool]:
		return fmt.Sprint(c.data[i])
	case *fixed[proto.Date32]:
		y, m, d := jsontext.Civil(int32(c.data[i]))
		return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
	case *fixed[uuid.UUID]:
		return c.data[i].String()
	case *fixed[proto.IPv4]:
		return c.data[i].String()
	case *fixed[proto.IPv6]:
		return c.data[i].String()
	case *fixed[int8]:
		return fmt.Sprint(c.data[i])
	case *fixed[uint8]:
		return fmt.Sprint(c.data[i])
	}
	t.Fatalf("no way to render a %T", b)
	return ""
}

func renderItems(t *testing.T, items builder, kind string, ends proto.ColUInt64, i int, keys *proto.ColStr) []string {
	t.Helper()
	from := 0
	if i > 0 {
		from = int(ends[i-1])
	}
	var texts []string
	for j := from; j < int(ends[i]); j++ {
		text := render(t, items, kind, j)
		if keys != nil {
			text = keys.Row(j) + ":" + text
		}
		texts = append(texts, text)
	}
	return texts
}

// row gives row i of a block as name=value, with _extra at the end if it holds something.
func row(t *testing.T, b *Block, i int) string {
	t.Helper()
	var parts []string
	for _, c := range b.columns {
		parts = append(parts, c.Name+"="+render(t, c.builder, c.Type, i))
	}
	if extra := b.own.extra.data.Row(i); extra != "{}" {
		parts = append(parts, "_extra="+extra)
	}
	return strings.Join(parts, " ")
}

// record makes a record of a value.
func record(value string) *aurora.Record {
	return &aurora.Record{Topic: "t", Partition: 3, Offset: 42, Timestamp: time.UnixMilli(1_700_000_000_123), Value: []byte(value)}
}

// columns makes columns from "name Type" texts; a dot in the name is a path.
func columnsOf(specs ...string) []aurora.Column {
	var columns []aurora.Column
	for _, spec := range specs {
		path, kind, _ := strings.Cut(spec, " ")
		kind, epoch, _ := strings.Cut(kind, " epoch ")
		kind, mixed := strings.CutSuffix(kind, " mixed")
		columns = append(columns, aurora.Column{Name: strings.ReplaceAll(path, ".", "_"), Path: strings.Split(path, "."), Type: kind, Epoch: epoch, Mixed: mixed})
	}
	return columns
}

func newBlock(t testing.TB, s aurora.Schema) *Block {
	t.Helper()
	b, err := NewJSON(s, "t")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// checkLengths fails when the columns do not all have the rows of the block.
func checkLengths(t testing.TB, b *Block) {
	t.Helper()
	for _, in := range b.inputs {
		if got := in.Data.Rows(); got != b.Rows() {
			t.Fatalf("column %s has %d rows, the block %d", in.Name, got, b.Rows())
		}
	}
	for _, c := range b.columns {
		checkInner(t, c.Name, c.builder)
	}
}

func checkInner(t testing.TB, name string, b builder) {
	t.Helper()
	switch c := b.(type) {
	case *nullable:
		if c.inner.rows() != c.rows() {
			t.Fatalf("column %s: %d values under %d null marks", name, c.inner.rows(), c.rows())
		}
		checkInner(t, name, c.inner)
	case *list:
		if c.items.rows() != last(c.ends) {
			t.Fatalf("column %s: %d items, %d expected", name, c.items.rows(), last(c.ends))
		}
		checkInner(t, name, c.items)
	case *mapping:
		if c.values.rows() != last(c.ends) || c.keys.Rows() != last(c.ends) {
			t.Fatalf("column %s: %d keys, %d values, %d expected", name, c.keys.Rows(), c.values.rows(), last(c.ends))
		}
	case *words:
		if len(c.born) != c.dict.Rows() || len(c.at) != c.dict.Rows()-len(c.born)+countKnown(c) {
			t.Fatalf("column %s: dictionary of %d, %d known, %d born", name, c.dict.Rows(), len(c.at), len(c.born))
		}
	}
}

// countKnown is the number of dictionary entries that have a text of their own.
func countKnown(c *words) int {
	if c.nulls {
		return len(c.born) - 1
	}
	return len(c.born)
}
