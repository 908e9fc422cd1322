package decode

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// partitions counts the partitions of the table that the rows of a block fall
// into. ClickHouse makes a part of each, and remembers a token per part.
type partitions struct {
	// day gives the day of the last row; nil when the table has one partition.
	day  func() int32
	unit func(day int32) int32
	keys []int32
	rows bool
}

// newPartitions reads a partition expression of those that inference chooses.
func newPartitions(expression string, b *Block) (*partitions, error) {
	if expression == "" || expression == "tuple()" {
		return &partitions{}, nil
	}
	function, name, _ := strings.Cut(strings.TrimSuffix(expression, ")"), "(")
	units := map[string]func(int32) int32{"toDate": byDay, "toMonday": byWeek, "toYYYYMM": byMonth, "toYear": byYear}
	unit := units[function]
	day := b.dayOf(strings.Trim(name, "`"))
	if unit == nil || day == nil {
		return nil, fmt.Errorf("partition expression %q is not one of toDate, toMonday, toYYYYMM and toYear of a time column without NULL", expression)
	}
	return &partitions{day: day, unit: unit}, nil
}

// dayOf gives a function that tells the day of a time column's last row.
func (b *Block) dayOf(name string) func() int32 {
	if name == aurora.ColumnTimestamp {
		return lastDay(b.own.timestamp, timestampPrecision)
	}
	for _, c := range b.columns {
		if c.Name != name {
			continue
		}
		switch data := c.builder.(type) {
		case *fixed[proto.Date32]:
			return func() int32 { return int32(data.data[len(data.data)-1]) }
		case *fixed[int64]:
			return lastDay(data, precisionOf(c.Type))
		}
	}
	return nil
}

// precisionOf gives the decimals of a DateTime64, and -1 for any other type.
func precisionOf(kind string) int {
	name, argument := splitType(kind)
	first, _, _ := strings.Cut(argument, ",")
	n, err := strconv.Atoi(strings.TrimSpace(first))
	if name != "DateTime64" || err != nil {
		return -1
	}
	return n
}

func lastDay(data *fixed[int64], precision int) func() int32 {
	if precision < 0 {
		return nil
	}
	perDay := jsontext.TicksPerDay(precision)
	return func() int32 {
		ticks := data.data[len(data.data)-1]
		day := ticks / perDay
		if ticks%perDay < 0 {
			day--
		}
		return int32(day)
	}
}

func byDay(day int32) int32 { return day }

// byWeek counts weeks from Monday; day 0 was a Thursday.
func byWeek(day int32) int32 {
	shifted := day + 3
	if shifted < 0 {
		shifted -= 6
	}
	return shifted / 7
}

func byMonth(day int32) int32 {
	year, month, _ := jsontext.Civil(day)
	return year*12 + month
}

func byYear(day int32) int32 {
	year, _, _ := jsontext.Civil(day)
	return year
}

// add counts the last row.
func (p *partitions) add() {
	p.rows = true
	if p.day == nil {
		return
	}
	key := p.unit(p.day())
	if n := len(p.keys); n > 0 && p.keys[n-1] == key {
		return
	}
	if i := slices.Index(p.keys, key); i >= 0 {
		// To the end, where the next row of the same partition finds it first.
		p.keys[i], p.keys[len(p.keys)-1] = p.keys[len(p.keys)-1], p.keys[i]
		return
	}
	p.keys = append(p.keys, key)
}

func (p *partitions) count() int {
	if p.day == nil && p.rows {
		return 1
	}
	return len(p.keys)
}

func (p *partitions) reset() {
	p.keys, p.rows = p.keys[:0], false
}
