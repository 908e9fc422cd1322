package decode

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/google/uuid"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// newBuilder makes the builder of a column.
func newBuilder(col aurora.Column) (builder, error) {
	b, err := buildType(col.Type, col)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", col.Name, err)
	}
	return b, nil
}

// Supports says whether a column of this ClickHouse type can be filled.
func Supports(kind string) bool {
	_, err := buildType(kind, aurora.Column{})
	return err == nil
}

func buildType(kind string, col aurora.Column) (builder, error) {
	name, argument := splitType(kind)
	switch name {
	case "Nullable":
		return buildNullable(argument, col)
	case "LowCardinality":
		return buildWords(argument, col)
	case "Array":
		items, err := buildType(argument, col)
		return &list{items: items}, err
	case "Map":
		key, value, _ := strings.Cut(argument, ",")
		if strings.TrimSpace(key) != "String" {
			return nil, fmt.Errorf("keys of type %s are not supported", key)
		}
		values, err := buildType(strings.TrimSpace(value), col)
		return &mapping{values: values}, err
	case "DateTime64", "DateTime":
		return buildTime(name, argument, col)
	}
	if b := buildScalar(kind, col.Mixed); b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("type %s is not supported", kind)
}

// splitType takes Name(argument) apart.
func splitType(kind string) (name, argument string) {
	name, argument, found := strings.Cut(kind, "(")
	if !found || !strings.HasSuffix(argument, ")") {
		return kind, ""
	}
	return name, strings.TrimSuffix(argument, ")")
}

func buildNullable(argument string, col aurora.Column) (builder, error) {
	inner, err := buildType(argument, col)
	if err != nil {
		return nil, err
	}
	switch inner.(type) {
	case *nullable, *list, *mapping, *words:
		return nil, fmt.Errorf("type %s cannot be inside Nullable", argument)
	}
	return &nullable{inner: inner}, nil
}

func buildWords(argument string, col aurora.Column) (builder, error) {
	switch argument {
	case "String":
		return newWords(false, col.Mixed), nil
	case "Nullable(String)":
		return newWords(true, col.Mixed), nil
	}
	return nil, fmt.Errorf("type LowCardinality(%s) is not supported", argument)
}

func buildTime(name, argument string, col aurora.Column) (builder, error) {
	precision := 0
	if name == "DateTime64" {
		first, _, _ := strings.Cut(argument, ",")
		n, err := strconv.Atoi(strings.TrimSpace(first))
		if err != nil || n < 0 || n > 9 {
			return nil, fmt.Errorf("type DateTime64(%s) is not supported", argument)
		}
		precision = n
	}
	t := times{precision: precision}
	for _, epoch := range jsontext.Epochs() {
		if epoch.Unit == col.Epoch {
			t.epoch = &epoch
			if epoch.Precision != precision {
				return nil, fmt.Errorf("times in %s need %d decimals, not %d", epoch.Unit, epoch.Precision, precision)
			}
		}
	}
	if name == "DateTime" {
		return newFixed(t.readSeconds, func(buf *proto.Buffer, data []uint32) { proto.ColUInt32(data).EncodeColumn(buf) }), nil
	}
	return newFixed(t.read, putInt64), nil
}

func newFixed[T any](read func(*jsontext.Scanner, byte) (T, error), put func(*proto.Buffer, []T)) *fixed[T] {
	return &fixed[T]{read: read, put: put}
}

func putInt64(buf *proto.Buffer, data []int64) { proto.ColInt64(data).EncodeColumn(buf) }

// buildScalar makes the builder of a type without arguments, or gives nil.
func buildScalar(kind string, mixed bool) builder {
	switch kind {
	case "String":
		return &texts{mixed: mixed}
	case "Bool":
		return newFixed(readBool, func(b *proto.Buffer, d []bool) { proto.ColBool(d).EncodeColumn(b) })
	case "Float64":
		return newFixed(readFloat, func(b *proto.Buffer, d []float64) { proto.ColFloat64(d).EncodeColumn(b) })
	case "Date32":
		return newFixed(readDay, func(b *proto.Buffer, d []proto.Date32) { proto.ColDate32(d).EncodeColumn(b) })
	case "Date":
		return newFixed(readShortDay, func(b *proto.Buffer, d []proto.Date) { proto.ColDate(d).EncodeColumn(b) })
	case "UUID":
		return newFixed(readUUID, func(b *proto.Buffer, d []uuid.UUID) { proto.ColUUID(d).EncodeColumn(b) })
	case "IPv4":
		return newFixed(readIPv4, func(b *proto.Buffer, d []proto.IPv4) { proto.ColIPv4(d).EncodeColumn(b) })
	case "IPv6":
		return newFixed(readIPv6, func(b *proto.Buffer, d []proto.IPv6) { proto.ColIPv6(d).EncodeColumn(b) })
	}
	return buildInteger(kind)
}

// buildInteger makes the builder of an integer type, or gives nil.
func buildInteger(kind string) builder {
	switch kind {
	case "Int64":
		return newFixed(readInt[int64], putInt64)
	case "Int32":
		return newFixed(readInt[int32], func(b *proto.Buffer, d []int32) { proto.ColInt32(d).EncodeColumn(b) })
	case "Int16":
		return newFixed(readInt[int16], func(b *proto.Buffer, d []int16) { proto.ColInt16(d).EncodeColumn(b) })
	case "Int8":
		return newFixed(readInt[int8], func(b *proto.Buffer, d []int8) { proto.ColInt8(d).EncodeColumn(b) })
	case "UInt64":
		return newFixed(readUint[uint64], func(b *proto.Buffer, d []uint64) { proto.ColUInt64(d).EncodeColumn(b) })
	case "UInt32":
		return newFixed(readUint[uint32], func(b *proto.Buffer, d []uint32) { proto.ColUInt32(d).EncodeColumn(b) })
	case "UInt16":
		return newFixed(readUint[uint16], func(b *proto.Buffer, d []uint16) { proto.ColUInt16(d).EncodeColumn(b) })
	case "UInt8":
		return newFixed(readUint[uint8], func(b *proto.Buffer, d []uint8) { proto.ColUInt8(d).EncodeColumn(b) })
	}
	return nil
}
