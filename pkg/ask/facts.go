package ask

import (
	"context"
	"sync"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Bounds of what is read to understand a question.
const (
	// valueLimit is the most distinct values a column may have to be searched.
	valueLimit = 1000
	// smallTable is the most rows a table may have for all of its text columns to
	// be searched, not only those made for few values.
	smallTable = 10_000
)

// facts is what is known of the catalogue beyond names: values, keys, joins. It
// is read when a question needs it, and kept.
type facts struct {
	port    Catalogue
	catalog *catalog
	text    string
	memory  *memory
}

// memory keeps what was read, for the questions to come.
type memory struct {
	mu     sync.Mutex
	values map[ColumnRef]sample
	unique map[ColumnRef]bool
}

type sample struct {
	values []string
	all    bool
}

func newMemory() *memory {
	return &memory{values: map[ColumnRef]sample{}, unique: map[ColumnRef]bool{}}
}

func (f *facts) tableOf(ref TableRef) *tableInfo {
	for _, table := range f.catalog.tables {
		if table.ref == ref {
			return table
		}
	}
	return nil
}

func (f *facts) columnOf(ref ColumnRef) *columnInfo {
	return f.tableOf(ref.Table).column(ref.Name)
}

// sampled gives the values known of a column and whether these are all.
func (f *facts) sampled(c *columnInfo) ([]string, bool) {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	s := f.memory.values[c.ref()]
	return s.values, s.all
}

// searchable says whether the values of a column may be read to link words:
// those made for few values, and text of small tables; never what looks personal.
func searchable(c *columnInfo) bool {
	if c.own || !c.kind.text() || personal(c) {
		return false
	}
	return lowCardinality(c.typ) || c.kind == kindString && baseType(c.typ) == "String" && c.table.rows <= smallTable
}

var personalWords = set("email mail phone mobile card iban token secret password passwd address ip ssn birthday")

func personal(c *columnInfo) bool {
	for _, word := range c.stems {
		if personalWords[word] {
			return true
		}
	}
	return false
}

// readValues reads the values of all searchable columns, a few at a time.
func (f *facts) readValues(ctx context.Context) error {
	var group sync.WaitGroup
	slots := make(chan struct{}, 4)
	var once sync.Once
	var failed error
	for _, table := range f.catalog.tables {
		for _, column := range table.columns {
			if !searchable(column) || f.knows(column) {
				continue
			}
			group.Add(1)
			go func() { // ends with its one read
				defer group.Done()
				slots <- struct{}{}
				defer func() { <-slots }()
				if err := f.readColumn(ctx, column); err != nil {
					once.Do(func() { failed = err })
				}
			}()
		}
	}
	group.Wait()
	return failed
}

func (f *facts) knows(c *columnInfo) bool {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	_, ok := f.memory.values[c.ref()]
	return ok
}

func (f *facts) readColumn(ctx context.Context, c *columnInfo) error {
	s := sample{values: enumValues(c.typ), all: true}
	if c.kind != kindEnum {
		values, err := f.port.Values(ctx, c.table.ref.Name, c.name, valueLimit)
		if err != nil {
			return err
		}
		s = sample{values: values, all: len(values) < valueLimit}
		if !s.all && !lowCardinality(c.typ) {
			s.values = nil
		}
	}
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	f.memory.values[c.ref()] = s
	return nil
}

// unique says whether a column identifies the rows of its table. What cannot be
// checked is not unique.
func (f *facts) unique(ctx context.Context, t *tableInfo, name string) bool {
	ref := ColumnRef{Table: t.ref, Name: name}
	f.memory.mu.Lock()
	known, ok := f.memory.unique[ref]
	f.memory.mu.Unlock()
	if ok {
		return known
	}
	unique, err := f.checkUnique(ctx, t, name)
	if err != nil {
		return false
	}
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	f.memory.unique[ref] = unique
	return unique
}

func (f *facts) checkUnique(ctx context.Context, t *tableInfo, name string) (bool, error) {
	if keyed, ok := f.port.(Keyed); ok {
		return keyed.Unique(ctx, t.ref.Name, name)
	}
	if t.rows == 0 || t.rows > smallTable {
		return false, nil
	}
	values, err := f.port.Values(ctx, t.ref.Name, name, smallTable+1)
	return uint64(len(values)) == t.rows, err
}

// fingerprint changes when anything the linker reads of the catalogue changes.
func fingerprint(tables []aurora.Table) string {
	var b []byte
	for _, t := range tables {
		b = append(b, t.Database+"."+t.Name+"|"+t.Comment+"|"...)
		for _, c := range t.Columns {
			b = append(b, c.Name+" "+c.Type+" "+c.Comment+"|"...)
		}
		for _, key := range t.SortingKey {
			b = append(b, key+","...)
		}
		b = append(b, '\n')
	}
	return string(b)
}
