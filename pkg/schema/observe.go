package schema

import (
	"slices"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// observation is what the sample showed at one place of the records.
type observation struct {
	// key is the last key of the path.
	key  string
	path []string
	// parents counts the records or objects in which the key could have been.
	parents int
	// kinds counts the values by kind; a missing key is no value.
	kinds [jsontext.Object + 1]int
	// numbers and texts say more about the scalars.
	numbers numbers
	texts   texts
	// example is the first value that is not null.
	example string
	// members are the keys of the objects here, in the order of their first appearance.
	members []*observation
	byKey   map[string]*observation
	// size counts the members of all objects together.
	size int
	// items is what the arrays here hold.
	items *observation
	// values is what the members of the objects here hold, whatever their keys.
	values *observation
}

// maxKeys bounds how many keys of one object are told apart: beyond it the
// object is a map, however the values look.
const maxKeys = 1000

// add looks at one value. Deep is how many objects and arrays may still be inside.
func (o *observation) add(v jsontext.Value, deep int) {
	o.kinds[v.Kind]++
	if v.Kind != jsontext.Null && o.example == "" {
		o.example = v.Text
	}
	switch v.Kind {
	case jsontext.Integer, jsontext.Fraction:
		o.numbers.add(v)
		o.texts.count(v.Text)
	case jsontext.String:
		o.texts.add(v.Text)
	case jsontext.Bool:
		o.texts.count(v.Text)
	case jsontext.Array:
		o.addItems(v, deep)
	case jsontext.Object:
		o.addMembers(v, deep)
	}
}

func (o *observation) addItems(v jsontext.Value, deep int) {
	if deep == 0 {
		return
	}
	if o.items == nil {
		o.items = &observation{}
	}
	for _, item := range v.Elements {
		o.items.parents++
		o.items.add(item, deep-1)
	}
}

func (o *observation) addMembers(v jsontext.Value, deep int) {
	if deep == 0 {
		return
	}
	if o.byKey == nil {
		o.byKey = map[string]*observation{}
		o.values = &observation{}
	}
	for _, m := range v.Members {
		o.size++
		o.values.parents++
		if m.Value.Kind != jsontext.Object && m.Value.Kind != jsontext.Array {
			o.values.add(m.Value, 0)
		} else {
			o.values.kinds[m.Value.Kind]++
		}
		member := o.byKey[m.Key]
		if member == nil {
			if len(o.members) == maxKeys {
				continue
			}
			member = &observation{key: m.Key, path: append(slices.Clone(o.path), m.Key)}
			o.byKey[m.Key] = member
			o.members = append(o.members, member)
		}
		member.add(m.Value, deep-1)
	}
}

// present counts the values that are not null.
func (o *observation) present() int {
	n := 0
	for kind, count := range o.kinds {
		if jsontext.Kind(kind) != jsontext.Null {
			n += count
		}
	}
	return n
}

// only says that every value that is not null is of one of these kinds.
func (o *observation) only(kinds ...jsontext.Kind) bool {
	n := 0
	for _, kind := range kinds {
		n += o.kinds[kind]
	}
	return n > 0 && n == o.present()
}

// dotted is the path as people write it.
func (o *observation) dotted() string { return strings.Join(o.path, ".") }

// numbers is what is known of the numbers at one place.
type numbers struct {
	// These say that some integer does not fit Int64, does not fit UInt64 or would be
	// rounded by a 64-bit float, and that some fraction is out of its range.
	notSigned, notUnsigned, notExact, notFloat bool
	epochs                                     map[string]int
	span                                       span
	// last and falls say whether the integers rise from record to record.
	last  int64
	falls bool
}

func (n *numbers) add(v jsontext.Value) {
	token := []byte(v.Text)
	if v.Kind == jsontext.Fraction {
		_, ok := jsontext.Float(token)
		n.notFloat = n.notFloat || !ok
		return
	}
	signed, ok := jsontext.Int(token)
	n.notSigned = n.notSigned || !ok
	n.falls = n.falls || (n.span.known && signed <= n.last)
	n.last = signed
	n.span.add(signed)
	const exact = 1 << 53
	n.notExact = n.notExact || !ok || signed > exact || signed < -exact
	_, positive := jsontext.Uint(token)
	n.notUnsigned = n.notUnsigned || !positive
	for _, epoch := range jsontext.Epochs() {
		if ok && epoch.Likely(signed) {
			if n.epochs == nil {
				n.epochs = map[string]int{}
			}
			n.epochs[epoch.Unit]++
		}
	}
}

// texts is what is known of the texts at one place.
type texts struct {
	n                             int
	distinct                      map[string]struct{}
	dates, zoned, unzoned, broken int
	digits                        int
	uuids, ipv4s, ipv6s           int
	// span is in seconds from 1970.
	span span
}

// span is the smallest and the largest of some integers.
type span struct {
	low, high int64
	known     bool
}

func (s *span) add(n int64) {
	if !s.known {
		*s = span{n, n, true}
	}
	s.low, s.high = min(s.low, n), max(s.high, n)
}

// count remembers a value as one of the distinct ones.
func (t *texts) count(text string) {
	if t.distinct == nil {
		t.distinct = map[string]struct{}{}
	}
	t.distinct[text] = struct{}{}
}

func (t *texts) add(text string) {
	t.n++
	t.count(text)
	raw := []byte(text)
	m, shape, ok := jsontext.ReadMoment(raw)
	switch {
	case shape != jsontext.Words && !ok:
		t.broken++
	case shape == jsontext.DateText:
		t.dates++
	case shape == jsontext.TimeText && m.Zoned:
		t.zoned++
	case shape == jsontext.TimeText:
		t.unzoned++
	}
	if ok {
		t.digits = max(t.digits, m.Digits)
		t.span.add(int64(m.Day)*86400 + int64(m.Second))
	}
	if _, ok := jsontext.UUID(raw); ok {
		t.uuids++
	}
	if _, ok := jsontext.IPv4(raw); ok {
		t.ipv4s++
	}
	if _, ok := jsontext.IPv6(raw); ok {
		t.ipv6s++
	}
}
