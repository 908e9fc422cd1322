package ask

// unit is a unit of measurement: its family and its size in the family's base.
type unit struct {
	family string
	size   float64
}

// units knows the words for units in questions and in names of columns.
var units = map[string]unit{
	"ns": {"time", 1e-9}, "nanosecond": {"time", 1e-9}, "us": {"time", 1e-6}, "microsecond": {"time", 1e-6},
	"ms": {"time", 1e-3}, "msec": {"time", 1e-3}, "millisecond": {"time", 1e-3}, "millis": {"time", 1e-3},
	"s": {"time", 1}, "sec": {"time", 1}, "secs": {"time", 1}, "second": {"time", 1}, "seconds": {"time", 1},
	"min": {"time", 60}, "mins": {"time", 60}, "minute": {"time", 60}, "hour": {"time", 3600}, "hours": {"time", 3600}, "hr": {"time", 3600}, "day": {"time", 86400}, "days": {"time", 86400},
	"byte": {"size", 1}, "bytes": {"size", 1}, "kb": {"size", 1e3}, "kilobyte": {"size", 1e3}, "mb": {"size", 1e6}, "megabyte": {"size", 1e6}, "gb": {"size", 1e9}, "gigabyte": {"size", 1e9}, "tb": {"size", 1e12},
	"mm": {"length", 1e-3}, "cm": {"length", 1e-2}, "m": {"length", 1}, "meter": {"length", 1}, "metre": {"length", 1}, "km": {"length", 1000}, "kilometer": {"length", 1000}, "kilometre": {"length", 1000}, "mile": {"length", 1609.344}, "miles": {"length", 1609.344}, "mi": {"length", 1609.344}, "ft": {"length", 0.3048}, "foot": {"length", 0.3048}, "feet": {"length", 0.3048},
	"g": {"weight", 1}, "gram": {"weight", 1}, "kg": {"weight", 1000}, "kilogram": {"weight", 1000}, "lb": {"weight", 453.59237}, "pound": {"weight", 453.59237},
	"cent": {"money", 0.01}, "cents": {"money", 0.01}, "usd": {"money", 1}, "eur": {"euro", 1}, "euro": {"euro", 1}, "dollar": {"money", 1},
	"percent": {"percent", 1}, "pct": {"percent", 1}, "%": {"percent", 1}, "degree": {"degree", 1}, "knot": {"speed", 1}, "mph": {"speed", 1.150779}, "kmh": {"speed", 1.852},
}

func unitOf(word string) (unit, bool) {
	if u, ok := units[word]; ok {
		return u, true
	}
	u, ok := units[stem(word)]
	return u, ok
}
