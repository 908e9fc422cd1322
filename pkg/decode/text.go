package decode

import (
	"math"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// strings collects text. A mixed one takes any other value as the JSON it stood as.
type texts struct {
	plain
	data  proto.ColStr
	mixed bool
}

func (c *texts) parse(s *jsontext.Scanner, first byte) error {
	text, err := readText(s, first, c.mixed)
	if err != nil {
		return err
	}
	c.data.AppendBytes(text)
	return nil
}

func readText(s *jsontext.Scanner, first byte, mixed bool) ([]byte, error) {
	if first == '"' || !mixed {
		return textToken(s, first, "text")
	}
	start := s.Pos()
	if err := s.Skip(); err != nil {
		return nil, err
	}
	return s.Slice(start, s.Pos()), nil
}

func (c *texts) blank()                   { c.data.Append("") }
func (c *texts) rows() int                { return c.data.Rows() }
func (c *texts) reset()                   { c.data.Reset() }
func (c *texts) truncate(rows int)        { truncateText(&c.data, rows) }
func (c *texts) encode(buf *proto.Buffer) { c.data.EncodeColumn(buf) }

// truncateText cuts a text column, its bytes too.
func truncateText(data *proto.ColStr, rows int) {
	if rows >= len(data.Pos) {
		return
	}
	data.Buf = data.Buf[:data.Pos[rows].Start]
	data.Pos = data.Pos[:rows]
}

// words collects text by dictionary, as LowCardinality(String). With nulls, key
// 0 stands for NULL and the dictionary begins with its placeholder.
type words struct {
	nulls bool
	mixed bool
	dict  proto.ColStr
	// born holds the row in which each entry of the dictionary was first seen.
	born []int
	at   map[string]uint32
	keys []uint32
}

func newWords(nulls, mixed bool) *words {
	c := &words{nulls: nulls, mixed: mixed, at: map[string]uint32{}}
	c.reset()
	return c
}

func (c *words) parse(s *jsontext.Scanner, first byte) error {
	text, err := readText(s, first, c.mixed)
	if err != nil {
		return err
	}
	c.add(text)
	return nil
}

func (c *words) add(text []byte) {
	key, known := c.at[string(text)]
	if !known {
		key = uint32(c.dict.Rows())
		c.dict.AppendBytes(text)
		c.at[string(text)] = key
		c.born = append(c.born, len(c.keys))
	}
	c.keys = append(c.keys, key)
}

func (c *words) null() bool {
	if c.nulls {
		c.keys = append(c.keys, 0)
	}
	return c.nulls
}

func (c *words) blank() {
	if !c.null() {
		c.add(nil)
	}
}

func (c *words) rows() int { return len(c.keys) }

func (c *words) reset() {
	c.dict.Reset()
	c.born, c.keys = c.born[:0], c.keys[:0]
	clear(c.at)
	if c.nulls {
		c.dict.Append("")
		c.born = append(c.born, -1)
	}
}

func (c *words) truncate(rows int) {
	if rows >= len(c.keys) {
		return
	}
	c.keys = c.keys[:rows]
	size := len(c.born)
	for size > 0 && c.born[size-1] >= rows {
		size--
		delete(c.at, c.dict.Row(size))
	}
	c.born = c.born[:size]
	truncateText(&c.dict, size)
}

// The numbers of the wire format of LowCardinality.
const (
	dictionaryVersion = 1
	dictionaryFlags   = 1<<9 | 1<<10 // the keys follow; the dictionary is new
)

func (c *words) state(buf *proto.Buffer) { buf.PutInt64(dictionaryVersion) }

func (c *words) encode(buf *proto.Buffer) {
	width := c.keyWidth()
	buf.PutInt64(dictionaryFlags | int64(width))
	buf.PutInt64(int64(c.dict.Rows()))
	c.dict.EncodeColumn(buf)
	buf.PutInt64(int64(len(c.keys)))
	for _, key := range c.keys {
		switch width {
		case proto.KeyUInt8:
			buf.PutUInt8(uint8(key))
		case proto.KeyUInt16:
			buf.PutUInt16(uint16(key))
		default:
			buf.PutUInt32(key)
		}
	}
}

func (c *words) keyWidth() proto.CardinalityKey {
	switch n := c.dict.Rows(); {
	case n <= math.MaxUint8+1:
		return proto.KeyUInt8
	case n <= math.MaxUint16+1:
		return proto.KeyUInt16
	}
	return proto.KeyUInt32
}
