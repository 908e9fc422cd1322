package schema

import (
	"fmt"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// kind is a column type with what it says about the values.
type kind struct {
	// name is the ClickHouse type, without NULL.
	name string
	// why says what the values are; "in 490 of 500" follows.
	why string
	// epoch is the unit of a number that is a time.
	epoch string
	// mixed says that a String takes values of every kind.
	mixed bool
	// container says that the type is a list or a map, which cannot be NULL.
	container bool
}

// nullable is the type with NULL.
func (k kind) nullable() string {
	if inner, ok := strings.CutPrefix(k.name, "LowCardinality("); ok {
		return "LowCardinality(Nullable(" + strings.TrimSuffix(inner, ")") + "))"
	}
	return "Nullable(" + k.name + ")"
}

// Bounds of the choices.
const (
	// A text column is a dictionary with at most this many distinct values, and at
	// most one in maxShare of the sample.
	maxWords = 1000
	minShare = 5
	// An object with more keys than this is a map, and so is one of which a single
	// object has, on average, less than a third of at least minVaried keys.
	maxStable = 50
	minVaried = 6
	// Up to one in maxBroken dates of the sample may be none; they become dead letters.
	maxBroken = 20
)

// varies says that the keys of the objects here are data rather than names.
func (o *observation) varies() bool {
	keys := len(o.members)
	return keys > maxStable || (keys >= minVaried && o.size*3 < keys*o.kinds[jsontext.Object])
}

// choose picks the type of a place. It is false when nothing is known yet:
// only empty lists or empty objects were seen.
func (o *observation) choose() (kind, bool) {
	switch {
	case o.only(jsontext.Object):
		return o.chooseMap()
	case o.only(jsontext.Array):
		return o.chooseList()
	}
	return o.chooseScalar(false), true
}

// chooseMap picks a map when all values are scalars of one type, and otherwise
// keeps the JSON text: a JSON column would drop nulls, rewrite times and refuse
// a whole block for one long number.
func (o *observation) chooseMap() (kind, bool) {
	if o.size == 0 {
		return kind{}, false
	}
	values := o.values
	if values.present() == 0 {
		return kind{}, false
	}
	if values.kinds[jsontext.Object]+values.kinds[jsontext.Array] > 0 {
		return kind{name: "String", why: "objects of many shapes, kept as JSON text,", mixed: true}, true
	}
	value := values.chooseScalar(true)
	if value.mixed {
		return kind{name: "String", why: "objects with values of many types, kept as JSON text,", mixed: true}, true
	}
	name := value.name
	if values.kinds[jsontext.Null] > 0 {
		name = value.nullable()
	}
	why := fmt.Sprintf("objects with %d keys that vary", len(o.members))
	if !o.varies() {
		why = fmt.Sprintf("objects more than %d keys deep", maxFlat)
	}
	return kind{name: "Map(String, " + name + ")", why: why, container: true}, true
}

// chooseList picks an array when its items are scalars, or lists of them.
func (o *observation) chooseList() (kind, bool) {
	items := o.items
	if items == nil || items.present() == 0 {
		return kind{}, false
	}
	if items.only(jsontext.Array) {
		inner, ok := items.chooseList()
		if ok && inner.container && items.kinds[jsontext.Null] == 0 {
			return kind{name: "Array(" + inner.name + ")", why: "lists of lists", container: true}, true
		}
	}
	if items.kinds[jsontext.Array]+items.kinds[jsontext.Object] > 0 {
		return kind{name: "String", why: "lists of objects, kept as JSON text,", mixed: true}, true
	}
	item := items.chooseScalar(true)
	name := item.name
	if items.kinds[jsontext.Null] > 0 {
		name = item.nullable()
	}
	return kind{name: "Array(" + name + ")", why: "lists of " + item.why, mixed: item.mixed, container: true}, true
}

// chooseScalar picks the type of scalars. Inner is set inside lists and maps,
// where names say nothing and dictionaries do not help.
func (o *observation) chooseScalar(inner bool) kind {
	switch {
	case o.only(jsontext.Bool):
		return kind{name: "Bool", why: "true or false"}
	case o.only(jsontext.Integer):
		return o.chooseInteger(inner)
	case o.only(jsontext.Integer, jsontext.Fraction):
		if o.numbers.notExact || o.numbers.notFloat {
			return kind{name: "String", why: "numbers that a 64-bit float would change, kept as they stand,", mixed: true}
		}
		return kind{name: "Float64", why: "numbers with fractions"}
	case o.only(jsontext.String):
		return o.chooseText(inner)
	}
	return kind{name: "String", why: "values of several types (" + o.kindNames() + "), kept as they stand,", mixed: true}
}

func (o *observation) chooseInteger(inner bool) kind {
	switch {
	case o.numbers.notSigned && o.numbers.notUnsigned:
		return kind{name: "String", why: "integers beyond 64 bits, kept as they stand,", mixed: true}
	case o.numbers.notSigned:
		return kind{name: "UInt64", why: "integers above 2^63"}
	case inner || !timeLike(o.key):
		return kind{name: "Int64", why: "integers"}
	}
	unit := namedUnit(o.key)
	for _, epoch := range jsontext.Epochs() {
		if o.numbers.epochs[epoch.Unit] == o.present() && (unit == "" || unit == epoch.Unit) {
			return kind{name: fmt.Sprintf("DateTime64(%d, 'UTC')", epoch.Precision), why: "integers with the name and the size of times, " + epoch.Unit + " since 1970,", epoch: epoch.Unit}
		}
	}
	if len(o.numbers.epochs) > 0 {
		return kind{name: "Int64", why: "integers with the name of a time, but not all of one unit since 1970,"}
	}
	return kind{name: "Int64", why: "integers"}
}

func (o *observation) chooseText(inner bool) kind {
	t := o.texts
	n := t.n - t.broken
	switch whole := t.broken*maxBroken <= t.n && n > 0; {
	case whole && t.dates == n:
		return kind{name: "Date32", why: "dates" + t.brokenNote()}
	case whole && t.zoned+t.unzoned == n:
		return kind{name: fmt.Sprintf("DateTime64(%d, 'UTC')", t.precision()), why: t.timeNote() + t.brokenNote()}
	case t.uuids == t.n:
		return kind{name: "UUID", why: "UUIDs"}
	case t.ipv4s == t.n:
		return kind{name: "IPv4", why: "IPv4 addresses"}
	case t.ipv6s == t.n:
		return kind{name: "IPv6", why: "IPv6 addresses"}
	case inner:
		return kind{name: "String", why: "text"}
	case len(t.distinct) <= maxWords && len(t.distinct)*minShare <= t.n:
		return kind{name: "LowCardinality(String)", why: fmt.Sprintf("text, %d distinct", len(t.distinct))}
	}
	return kind{name: "String", why: fmt.Sprintf("text, %d distinct", len(t.distinct))}
}

// precision is the number of decimals that hold the texts' fractions.
func (t texts) precision() int {
	switch {
	case t.digits <= 3:
		return 3
	case t.digits <= 6:
		return 6
	}
	return 9
}

func (t texts) timeNote() string {
	switch {
	case t.unzoned == 0:
		return "RFC 3339 times, kept in UTC,"
	case t.zoned == 0:
		return "times without a zone, taken as UTC,"
	}
	return fmt.Sprintf("times, %d with a zone and %d without, which are taken as UTC,", t.zoned, t.unzoned)
}

func (t texts) brokenNote() string {
	if t.broken == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d impossible, for the dead letters)", t.broken)
}

// kindNames lists the kinds of values at one place.
func (o *observation) kindNames() string {
	names := map[jsontext.Kind]string{jsontext.Bool: "boolean", jsontext.Integer: "integer", jsontext.Fraction: "fraction", jsontext.String: "text", jsontext.Array: "list", jsontext.Object: "object"}
	var seen []string
	for kind := jsontext.Bool; kind <= jsontext.Object; kind++ {
		if o.kinds[kind] > 0 {
			seen = append(seen, names[kind])
		}
	}
	return strings.Join(seen, ", ")
}
