package jsontext_test

import (
	"math/rand"
	"testing"
	"time"

	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// TestMomentsAgreeWithPackageTime reads random times in several forms and
// compares the ticks with what package time makes of them.
func TestMomentsAgreeWithPackageTime(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewSource(1))
	first, last := time.Date(1900, 1, 2, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2299, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
	for range 200_000 {
		at := time.Unix(first+r.Int63n(last-first), r.Int63n(1e9)/1e6*1e6)
		zone := time.FixedZone("", (r.Intn(27*4)-13*4)*900)
		for _, text := range []string{at.UTC().Format("2006-01-02 15:04:05.000"), at.In(zone).Format(time.RFC3339Nano)} {
			m, shape, ok := jsontext.ReadMoment([]byte(text))
			if shape != jsontext.TimeText || !ok {
				t.Fatalf("%s: shape %d, %t", text, shape, ok)
			}
			ticks, ok := m.Ticks(3)
			if !ok || ticks != at.UnixMilli() {
				t.Fatalf("%s: %d ticks, want %d", text, ticks, at.UnixMilli())
			}
			if back := jsontext.FormatTicks(ticks, 3); back != at.UTC().Format("2006-01-02T15:04:05.000Z") {
				t.Fatalf("%s was written as %s", text, back)
			}
		}
	}
}

// TestEveryDayAgreesWithPackageTime walks over all days that a column can hold.
func TestEveryDayAgreesWithPackageTime(t *testing.T) {
	t.Parallel()
	for day := int32(jsontext.MinDay); day <= jsontext.MaxDay; day++ {
		date := time.Unix(int64(day)*86400, 0).UTC()
		m, shape, ok := jsontext.ReadMoment([]byte(date.Format(time.DateOnly)))
		if shape != jsontext.DateText || !ok || m.Day != day {
			t.Fatalf("%s: day %d, want %d", date.Format(time.DateOnly), m.Day, day)
		}
		year, month, dom := jsontext.Civil(day)
		if int(year) != date.Year() || int(month) != int(date.Month()) || int(dom) != date.Day() {
			t.Fatalf("day %d is %d-%d-%d, want %s", day, year, month, dom, date.Format(time.DateOnly))
		}
	}
}

func TestReadMomentKnowsItsLimits(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text  string
		shape jsontext.TextShape
		ok    bool
	}{
		{"1900-01-01", jsontext.DateText, true},
		{"1899-12-31", jsontext.DateText, false},
		{"2299-12-31", jsontext.DateText, true},
		{"2300-01-01", jsontext.DateText, false},
		{"0000-00-00", jsontext.DateText, false},
		{"2023-02-29", jsontext.DateText, false},
		{"2024-02-29", jsontext.DateText, true},
		{"1900-02-29", jsontext.DateText, false},
		{"2000-02-29", jsontext.DateText, true},
		{"2024-13-01", jsontext.DateText, false},
		{"2024-1-1", jsontext.Words, false},
		{"2024-01-01T", jsontext.Words, false},
		{"2024-01-01T00:00", jsontext.Words, false},
		{"2024-01-01T00:00:00", jsontext.TimeText, true},
		{"2024-01-01 00:00:00", jsontext.TimeText, true},
		{"2024-01-01T00:00:00Z", jsontext.TimeText, true},
		{"2024-01-01T00:00:00z", jsontext.Words, false},
		{"2024-01-01T00:00:00.Z", jsontext.Words, false},
		{"2024-01-01T00:00:00.1234567890Z", jsontext.Words, false},
		{"2024-01-01T00:00:00+0200", jsontext.Words, false},
		{"2024-01-01T00:00:00+24:00", jsontext.TimeText, false},
		{"2024-01-01T25:00:00Z", jsontext.TimeText, false},
		{"2024-01-01T00:60:00Z", jsontext.TimeText, false},
		{"2016-12-31T23:59:60Z", jsontext.TimeText, false},
		{"2299-12-31T23:59:59-01:00", jsontext.TimeText, false},
		{"1900-01-01T00:59:59+01:00", jsontext.TimeText, false},
		{"hello worl", jsontext.Words, false},
	}
	for _, c := range cases {
		_, shape, ok := jsontext.ReadMoment([]byte(c.text))
		if shape != c.shape || ok != c.ok {
			t.Errorf("%s: shape %d, %t; want %d, %t", c.text, shape, ok, c.shape, c.ok)
		}
	}
}
