package sqlguard

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// The caches are small and short-lived: a verdict depends on the text and on the
// tables, and the tables are looked at again every few seconds.
const (
	tablesLive  = 2 * time.Second
	maxVerdicts = 1024
)

// tableSet is the tables at one moment.
type tableSet struct {
	byName      map[string]aurora.Table
	fingerprint [sha256.Size]byte
}

// tableCache keeps the tables for a moment.
type tableCache struct {
	catalogue Catalogue
	now       func() time.Time

	mu   sync.Mutex
	set  *tableSet
	read time.Time
}

func newTableCache(catalogue Catalogue, now func() time.Time) *tableCache {
	return &tableCache{catalogue: catalogue, now: now}
}

func (c *tableCache) get(ctx context.Context) (*tableSet, error) {
	c.mu.Lock()
	set, fresh := c.set, c.set != nil && c.now().Sub(c.read) < tablesLive
	c.mu.Unlock()
	if fresh {
		return set, nil
	}
	return c.refresh(ctx)
}

// refresh reads the tables anew.
func (c *tableCache) refresh(ctx context.Context) (*tableSet, error) {
	tables, err := c.catalogue.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	set := newTableSet(tables)
	c.mu.Lock()
	c.set, c.read = set, c.now()
	c.mu.Unlock()
	return set, nil
}

func newTableSet(tables []aurora.Table) *tableSet {
	set := &tableSet{byName: make(map[string]aurora.Table, len(tables))}
	for _, t := range tables {
		if t.Database == "" || t.Database == aurora.DataDatabase {
			set.byName[t.Name] = t
		}
	}
	names := make([]string, 0, len(set.byName))
	for name := range set.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		t := set.byName[name]
		add(h, t.Name, t.Engine, t.DDL)
		for _, c := range t.Columns {
			add(h, c.Name, c.Type)
		}
	}
	h.Sum(set.fingerprint[:0])
	return set
}

// add hashes fields so that no two lists of fields hash alike.
func add(h hash.Hash, fields ...string) {
	for _, f := range fields {
		_, _ = fmt.Fprintf(h, "%d:", len(f)) // a hash never fails to write
		_, _ = io.WriteString(h, f)
	}
}

// verdictCache keeps accepted verdicts by what they depend on. Refusals are not kept.
type verdictCache struct {
	mu       sync.Mutex
	verdicts map[[sha256.Size]byte]Verdict
}

func newVerdictCache() *verdictCache {
	return &verdictCache{verdicts: map[[sha256.Size]byte]Verdict{}}
}

// verdictKey is made of the canonical text, the parameters, the profile and the tables.
func verdictKey(s aurora.Statement, profile Profile, tables [sha256.Size]byte) [sha256.Size]byte {
	h := sha256.New()
	add(h, s.SQL, string(profile), string(tables[:]))
	for _, p := range s.Params {
		add(h, p.Name, p.Type, p.Value)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func (c *verdictCache) get(key [sha256.Size]byte) (Verdict, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.verdicts[key]
	v.Statement.Params = slices.Clone(v.Statement.Params)
	v.Tables, v.Columns = slices.Clone(v.Tables), slices.Clone(v.Columns)
	return v, ok
}

func (c *verdictCache) put(key [sha256.Size]byte, v Verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.verdicts) >= maxVerdicts {
		clear(c.verdicts)
	}
	v.Statement.Params = slices.Clone(v.Statement.Params)
	v.Tables, v.Columns = slices.Clone(v.Tables), slices.Clone(v.Columns)
	c.verdicts[key] = v
}

// readable gives the names of the tables to suggest, sorted. Views are left out: a
// name that is suggested must be one that may be read, and a view is judged by its body.
func (s *tableSet) readable() []string {
	var names []string
	for name, t := range s.byName {
		if readableTable(t) && !isView(t) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
