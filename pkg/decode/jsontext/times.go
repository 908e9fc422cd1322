package jsontext

import "strconv"

// The days, counted from 1970-01-01, that Date32 and DateTime64 can hold:
// 1900-01-01 up to 2299-12-31.
const (
	MinDay = -25567
	MaxDay = 120529
)

const secondsPerDay = 86400

// Moment is a time or a date as a text gave it, with what else the text told.
type Moment struct {
	// Day counts the days from 1970-01-01, in UTC for a time with a zone.
	Day int32
	// Second counts the seconds within the day.
	Second int32
	// Nano is the fraction of the second.
	Nano int32
	// Digits is the number of digits of the fraction, without zeros at its end.
	Digits int
	// Zoned says that the text named a zone.
	Zoned bool
}

// Ticks gives the moment in units of 10^-precision seconds from 1970-01-01. It
// is false when the moment has more digits than that, or is out of the range of
// a DateTime64 of this precision.
func (m Moment) Ticks(precision int) (int64, bool) {
	if m.Digits > precision || m.Day < MinDay || m.Day > MaxDay {
		return 0, false
	}
	return ticks(int64(m.Day)*secondsPerDay+int64(m.Second), int64(m.Nano), precision)
}

// Powers of ten up to 10^9.
var tens = [...]int64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// maxNanoSecond is the last second whose nanoseconds fit into 64 bits.
const maxNanoSecond = 9_223_372_035

func ticks(second, nano int64, precision int) (int64, bool) {
	if precision == 9 && (second > maxNanoSecond || second < -maxNanoSecond) {
		return 0, false
	}
	return second*tens[precision] + nano/tens[9-precision], true
}

// TextShape says what the form of a text is, whether or not its value exists.
type TextShape uint8

// The shapes of a text.
const (
	Words    TextShape = iota // no date or time
	DateText                  // YYYY-MM-DD
	TimeText                  // YYYY-MM-DD, then T or a space, then hh:mm:ss with perhaps a fraction and a zone
)

// ReadMoment reads a date or a time. Ok is false when the text has the shape of
// one but names no moment between 1900 and 2299 (0000-00-00, month 13, hour 25).
func ReadMoment(text []byte) (m Moment, shape TextShape, ok bool) {
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return Moment{}, Words, false
	}
	year, a := number(text[:4])
	month, b := number(text[5:7])
	day, c := number(text[8:10])
	if !a || !b || !c {
		return Moment{}, Words, false
	}
	ok = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
	if ok {
		m.Day = dayNumber(year, month, day)
	}
	shape = DateText
	if len(text) > 10 {
		shape = TimeText
		inDay, shaped := m.readClock(text[10:])
		if !shaped {
			return Moment{}, Words, false
		}
		ok = ok && inDay
	}
	return m, shape, ok && m.Day >= MinDay && m.Day <= MaxDay
}

// readClock reads what follows the date. Shaped is false when it is no time of
// day, inDay when it is one that no day has.
func (m *Moment) readClock(text []byte) (inDay, shaped bool) {
	if len(text) < 9 || (text[0] != 'T' && text[0] != ' ') || text[3] != ':' || text[6] != ':' {
		return false, false
	}
	hour, a := number(text[1:3])
	minute, b := number(text[4:6])
	second, c := number(text[7:9])
	if !a || !b || !c {
		return false, false
	}
	rest, shaped := m.readFraction(text[9:])
	if !shaped {
		return false, false
	}
	offset, inDay, shaped := m.readZone(rest)
	if !shaped {
		return false, false
	}
	m.Second = hour*3600 + minute*60 + second - offset
	for m.Second < 0 {
		m.Second += secondsPerDay
		m.Day--
	}
	for m.Second >= secondsPerDay {
		m.Second -= secondsPerDay
		m.Day++
	}
	return inDay && hour <= 23 && minute <= 59 && second <= 59, true
}

// readFraction reads up to nine digits after a point and gives what follows.
func (m *Moment) readFraction(text []byte) (rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '.' {
		return text, true
	}
	i := 1
	for i < len(text) && text[i]-'0' <= 9 {
		if i > 9 {
			return nil, false
		}
		digit := int32(text[i] - '0')
		m.Nano = m.Nano*10 + digit
		if digit != 0 {
			m.Digits = i
		}
		i++
	}
	if i == 1 {
		return nil, false
	}
	m.Nano *= int32(tens[10-i])
	return text[i:], true
}

// readZone reads Z, ±hh:mm or nothing.
func (m *Moment) readZone(text []byte) (offset int32, inDay, shaped bool) {
	switch {
	case len(text) == 0:
		return 0, true, true
	case len(text) == 1 && text[0] == 'Z':
		m.Zoned = true
		return 0, true, true
	case len(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':':
		return 0, false, false
	}
	hour, a := number(text[1:3])
	minute, b := number(text[4:6])
	offset = hour*3600 + minute*60
	if text[0] == '-' {
		offset = -offset
	}
	m.Zoned = true
	return offset, hour <= 23 && minute <= 59, a && b
}

// number reads a few digits.
func number(text []byte) (int32, bool) {
	var n int32
	for _, c := range text {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int32(c-'0')
	}
	return n, true
}

func daysIn(year, month int32) int32 {
	switch {
	case month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

// dayNumber counts the days from 1970-01-01 in the Gregorian calendar. The
// year begins in March, so that the leap day is its last.
func dayNumber(year, month, day int32) int32 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	if year < 0 {
		era--
	}
	inEra := year - era*400
	inYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + inEra*365 + inEra/4 - inEra/100 + inYear - 719468
}

// Civil gives the date of a day counted from 1970-01-01.
func Civil(day int32) (year, month, dayOfMonth int32) {
	day += 719468
	era := day / 146097
	if day < 0 {
		era = (day - 146096) / 146097
	}
	inEra := day - era*146097
	yearOfEra := (inEra - inEra/1460 + inEra/36524 - inEra/146096) / 365
	inYear := inEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	month = (5*inYear + 2) / 153
	dayOfMonth = inYear - (153*month+2)/5 + 1
	year = yearOfEra + era*400
	if month += 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, dayOfMonth
}

// An Epoch is a unit in which times are counted from 1970-01-01.
type Epoch struct {
	// Unit is "s", "ms", "us" or "ns".
	Unit string
	// Precision is the number of decimals of a second that the unit has.
	Precision int
}

// Epochs lists the units from the largest to the smallest.
func Epochs() []Epoch {
	return []Epoch{{"s", 0}, {"ms", 3}, {"us", 6}, {"ns", 9}}
}

// Likely says whether a number is taken for a time in this unit during
// inference: between 2001 and 2103.
func (e Epoch) Likely(n int64) bool {
	scale := tens[e.Precision]
	return n >= 1_000_000_000*scale && n/scale <= 4_200_000_000
}

// Holds says whether a DateTime64 can hold a time in this unit: from 1900 up to
// 2299, and in nanoseconds as far as 64 bits go.
func (e Epoch) Holds(n int64) bool {
	second := n / tens[e.Precision]
	return second >= MinDay*secondsPerDay && second < (MaxDay+1)*secondsPerDay
}

// FormatTicks writes a time as RFC 3339 in UTC, for messages and tests.
func FormatTicks(ticks int64, precision int) string {
	scale := tens[precision]
	second, fraction := ticks/scale, ticks%scale
	if fraction < 0 {
		second, fraction = second-1, fraction+scale
	}
	day := second / secondsPerDay
	inDay := second % secondsPerDay
	if inDay < 0 {
		day, inDay = day-1, inDay+secondsPerDay
	}
	year, month, dom := Civil(int32(day))
	text := pad(int64(year), 4) + "-" + pad(int64(month), 2) + "-" + pad(int64(dom), 2) + "T" +
		pad(inDay/3600, 2) + ":" + pad(inDay/60%60, 2) + ":" + pad(inDay%60, 2)
	if precision > 0 {
		text += "." + pad(fraction, precision)
	}
	return text + "Z"
}

func pad(n int64, width int) string {
	text := strconv.FormatInt(n, 10)
	for len(text) < width {
		text = "0" + text
	}
	return text
}

// TicksPerDay is the length of a day in units of 10^-precision seconds.
func TicksPerDay(precision int) int64 { return secondsPerDay * tens[precision] }
