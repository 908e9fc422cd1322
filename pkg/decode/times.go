package decode

import (
	"math"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// times reads the values of a DateTime64 of one precision: text, or numbers
// counted in an epoch unit when the column has one.
type times struct {
	precision int
	epoch     *jsontext.Epoch
}

func (t times) read(s *jsontext.Scanner, first byte) (int64, error) {
	if t.epoch != nil {
		return t.readEpoch(s, first)
	}
	text, err := textToken(s, first, "a time")
	if err != nil {
		return 0, err
	}
	moment, shape, ok := jsontext.ReadMoment(text)
	if shape != jsontext.TimeText {
		return 0, unfit("a time")
	}
	if !ok {
		return 0, impossible("is no time between 1900 and 2299")
	}
	if moment.Digits > t.precision {
		return 0, unfit("a time of so few decimals")
	}
	ticks, ok := moment.Ticks(t.precision)
	if !ok {
		return 0, impossible("is out of the range of the column")
	}
	return ticks, nil
}

func (t times) readEpoch(s *jsontext.Scanner, first byte) (int64, error) {
	token, err := integerToken(s, first)
	if err != nil {
		return 0, err
	}
	n, ok := jsontext.Int(token)
	if !ok || !t.epoch.Holds(n) {
		return 0, impossible("is no time between 1900 and 2299 in the unit " + t.epoch.Unit)
	}
	return n, nil
}

// seconds reads the values of a DateTime.
func (t times) readSeconds(s *jsontext.Scanner, first byte) (uint32, error) {
	n, err := t.read(s, first)
	if err == nil && (n < 0 || n > math.MaxUint32) {
		return 0, impossible("is out of the range of a DateTime")
	}
	return uint32(n), err
}

func readDay(s *jsontext.Scanner, first byte) (proto.Date32, error) {
	text, err := textToken(s, first, "a date")
	if err != nil {
		return 0, err
	}
	moment, shape, ok := jsontext.ReadMoment(text)
	if shape != jsontext.DateText {
		return 0, unfit("a date")
	}
	if !ok {
		return 0, impossible("is no date between 1900 and 2299")
	}
	return proto.Date32(moment.Day), nil
}

// readShortDay reads the values of a Date, which ends in 2149.
func readShortDay(s *jsontext.Scanner, first byte) (proto.Date, error) {
	day, err := readDay(s, first)
	if err == nil && (day < 0 || day > math.MaxUint16) {
		return 0, impossible("is out of the range of a Date")
	}
	return proto.Date(day), err
}
