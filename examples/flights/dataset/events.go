package dataset

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// texts are the fields that are text; all others are numbers.
var texts = strings.Fields("carrier tailnum origin dest time_hour faa name dst tzone type manufacturer model engine")

// WriteEvents writes the rows of a table as JSON objects, one per line, in their
// order: flights and weather by time. Numbers stand as in the CSV file, and a
// missing value is null.
func WriteEvents(w io.Writer, table string) (rows int, err error) {
	r, err := Open(table)
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }()
	out := bufio.NewWriterSize(w, 1<<20)
	var line []byte
	for {
		fields, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, out.Flush()
		}
		if err == nil {
			line, err = appendEvent(line[:0], r.Columns, fields)
		}
		if err == nil {
			_, err = out.Write(line)
		}
		if err != nil {
			return rows, err
		}
		rows++
	}
}

func appendEvent(line []byte, columns, fields []string) ([]byte, error) {
	line = append(line, '{')
	for i, field := range fields {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(append(append(line, '"'), columns[i]...), '"', ':')
		switch {
		case field == "":
			line = append(line, "null"...)
		case slices.Contains(texts, columns[i]):
			text, err := json.Marshal(field)
			if err != nil {
				return nil, err
			}
			line = append(line, text...)
		default:
			line = append(line, field...)
		}
	}
	return append(line, '}', '\n'), nil
}
