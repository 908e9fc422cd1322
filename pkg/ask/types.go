package ask

import (
	"regexp"
	"strings"
)

// kind is what a ClickHouse type means to a question.
type kind int

const (
	kindOther kind = iota
	kindInteger
	kindFloat
	kindString
	kindEnum
	kindBool
	kindDate
	kindTime
)

// baseType takes Nullable and LowCardinality off a type.
func baseType(typ string) string {
	for {
		inner := typ
		for _, wrap := range []string{"Nullable(", "LowCardinality("} {
			if strings.HasPrefix(inner, wrap) && strings.HasSuffix(inner, ")") {
				inner = inner[len(wrap) : len(inner)-1]
			}
		}
		if inner == typ {
			return typ
		}
		typ = inner
	}
}

func kindOf(typ string) kind {
	base := baseType(typ)
	switch {
	case base == "Bool":
		return kindBool
	case strings.HasPrefix(base, "Int"), strings.HasPrefix(base, "UInt"):
		return kindInteger
	case strings.HasPrefix(base, "Float"), strings.HasPrefix(base, "Decimal"), base == "BFloat16":
		return kindFloat
	case base == "String", strings.HasPrefix(base, "FixedString"), base == "UUID", base == "IPv4", base == "IPv6":
		return kindString
	case strings.HasPrefix(base, "Enum"):
		return kindEnum
	case base == "Date", base == "Date32":
		return kindDate
	case strings.HasPrefix(base, "DateTime"):
		return kindTime
	}
	return kindOther
}

func (k kind) numeric() bool  { return k == kindInteger || k == kindFloat }
func (k kind) temporal() bool { return k == kindDate || k == kindTime }
func (k kind) text() bool     { return k == kindString || k == kindEnum }

// lowCardinality says whether a column is made for few distinct values.
func lowCardinality(typ string) bool {
	return strings.HasPrefix(typ, "LowCardinality(") || kindOf(typ) == kindEnum
}

// zoneIn finds the time zone a type declares, or "".
func zoneIn(typ string) string {
	match := regexp.MustCompile(`'([A-Za-z0-9_+\-/]+)'`).FindStringSubmatch(typ)
	if match == nil || kindOf(typ) != kindTime {
		return ""
	}
	return match[1]
}

// enumValues reads the names of an Enum type.
func enumValues(typ string) []string {
	var values []string
	for _, match := range regexp.MustCompile(`'((?:[^'\\]|\\.)*)'\s*=`).FindAllStringSubmatch(typ, -1) {
		values = append(values, strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(match[1]))
	}
	return values
}
