package contract

import (
	"fmt"
	"math/big"
	"net"
	"reflect"
	"time"

	"github.com/shopspring/decimal"
)

func newValue(kind reflect.Type) any { return reflect.New(kind).Interface() }

func pointed(p any) any { return reflect.ValueOf(p).Elem().Interface() }

// shown brings values that mean the same to one form: pointers to what they point
// at, numbers and times of any Go type to text.
func shown(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case big.Int:
		return v.String()
	case *big.Int:
		return v.String()
	case decimal.Decimal:
		return v.String()
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case net.IP:
		return v.String()
	case fmt.Stringer:
		if reflect.ValueOf(v).Kind() != reflect.Pointer {
			return v.String()
		}
	}
	value := reflect.ValueOf(v)
	switch value.Kind() {
	case reflect.Pointer:
		if value.IsNil() {
			return nil
		}
		return shown(value.Elem().Interface())
	case reflect.Slice:
		list := make([]any, value.Len())
		for i := range list {
			list[i] = shown(value.Index(i).Interface())
		}
		return list
	case reflect.Map:
		entries := map[any]any{}
		for _, key := range value.MapKeys() {
			entries[key.Interface()] = shown(value.MapIndex(key).Interface())
		}
		return entries
	default:
		return v
	}
}
