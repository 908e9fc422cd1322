package pipeline

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// intentVersion is the prefix of the commit metadata that this package writes and reads.
const intentVersion = "a1"

// idle is the last of an intent that announces no block.
const idle int64 = -1

// intent is what a committed offset says: the block First..Last is announced, or, when
// Last is idle, everything before First is stored and nothing is open.
type intent struct {
	Partition int32
	First     int64
	Last      int64
}

func (i intent) announced() bool { return i.Last != idle }

// mark is the intent as a commit: the offset is First, the metadata holds the rest and a
// check sum over all of it, so that an offset moved by hand is never taken for ours.
func (i intent) mark(p aurora.Pipeline) aurora.Mark {
	last := "-"
	if i.announced() {
		last = strconv.FormatInt(i.Last, 10)
	}
	text := intentVersion + "/" + p.Key() + "/" + last + "/"
	return aurora.Mark{Partition: i.Partition, Offset: i.First, Metadata: text + intentSum(p.Source.Topic, i.Partition, i.First, text)}
}

func intentSum(topic string, partition int32, first int64, text string) string {
	covered := fmt.Sprintf("%s:%d:%d%s", topic, partition, first, text)
	return fmt.Sprintf("%08x", crc32.Checksum([]byte(covered), crc32.MakeTable(crc32.Castagnoli)))
}

// parseIntent reads a mark that has metadata. Whatever it does not understand exactly is
// an error: a wrong guess here would store rows twice or not at all.
func parseIntent(p aurora.Pipeline, m aurora.Mark) (intent, error) {
	parts := strings.Split(m.Metadata, "/")
	if len(parts) != 4 || parts[0] != intentVersion {
		return intent{}, unreadable(p, m, "it is not of the form "+intentVersion+"/<pipeline>/<last>/<check sum>")
	}
	if parts[1] != p.Key() {
		return intent{}, unreadable(p, m, "it was written by "+strconv.Quote(parts[1])+", this is "+strconv.Quote(p.Key()))
	}
	text := strings.Join(parts[:3], "/") + "/"
	if parts[3] != intentSum(p.Source.Topic, m.Partition, m.Offset, text) {
		return intent{}, unreadable(p, m, "its check sum is wrong")
	}
	if parts[2] == "-" {
		return intent{Partition: m.Partition, First: m.Offset, Last: idle}, nil
	}
	last, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || last < m.Offset || parts[2] != strconv.FormatInt(last, 10) {
		return intent{}, unreadable(p, m, "its range is not one")
	}
	return intent{Partition: m.Partition, First: m.Offset, Last: last}, nil
}

func unreadable(p aurora.Pipeline, m aurora.Mark, why string) *aurora.Error {
	return &aurora.Error{
		Code:  aurora.CodeIntentUnreadable,
		Title: fmt.Sprintf("cannot read the commit of pipeline %q, partition %d", p.Name, m.Partition),
		Detail: fmt.Sprintf("group %s holds offset %d with metadata %.80q: %s",
			p.Group(), m.Offset, m.Metadata, why),
		Hint: fmt.Sprintf("see who else commits to group %s; `aurora pipeline show %s` lists what is stored", p.Group(), p.Name),
	}
}
