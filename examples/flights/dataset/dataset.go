// Package dataset holds the flights that left New York in 2013, with the
// airlines, airports, planes and weather of that year, as compressed CSV files.
package dataset

import (
	"compress/gzip"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

//go:embed *.csv.gz
var files embed.FS

// Tables lists the tables of the data, the flights first.
func Tables() []string {
	return []string{"flights", "airlines", "airports", "planes", "weather"}
}

// Reader reads the rows of one table. An empty field is a missing value.
type Reader struct {
	// Columns are the names of the fields.
	Columns []string
	rows    *csv.Reader
	closers []io.Closer
}

// Open opens a table.
func Open(table string) (*Reader, error) {
	file, err := files.Open(table + ".csv.gz")
	if err != nil {
		return nil, fmt.Errorf("table %q: %w", table, err)
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r := &Reader{rows: csv.NewReader(unpacked), closers: []io.Closer{unpacked, file}}
	if r.Columns, err = r.rows.Read(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.rows.ReuseRecord = true
	return r, nil
}

// Next gives the fields of the next row, which hold until the call after it, or io.EOF.
func (r *Reader) Next() ([]string, error) { return r.rows.Read() }

// Close closes the table.
func (r *Reader) Close() error {
	var all error
	for _, c := range r.closers {
		all = errors.Join(all, c.Close())
	}
	return all
}
