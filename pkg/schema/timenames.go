package schema

import (
	"slices"
	"strings"
)

// Words of names. A number is a time only when its name says so and every value
// lies in the range of one unit: neither alone tells a time from an id or an amount.
var (
	// timeWords end the name of a time.
	timeWords = set("ts tstamp time timestamp date datetime at epoch unix when start end begin expiry expiration deadline birthday dob")
	// eventWords end the name of a time too, but for counts: created, last_seen, not items_created.
	eventWords = set("created updated modified changed deleted removed started ended finished completed closed opened seen born died expires expired " +
		"published sent received logged recorded observed occurred happened submitted registered joined signed processed ingested shipped delivered")
	// amountWords anywhere in a name say that it is an id, an amount or a place in something.
	amountWords = set("id ids uid key code hash number num no count cnt total sum amount size length bytes byte bits price cost value usd eur cents " +
		"packets rows ip ipv4 port address offset index idx position pos page line block seq sequence version")
	// timeUnits may follow the name of a time.
	timeUnits = map[string]string{
		"s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "ms": "ms", "msec": "ms", "millis": "ms", "milliseconds": "ms",
		"us": "us", "usec": "us", "micros": "us", "microseconds": "us", "ns": "ns", "nsec": "ns", "nanos": "ns", "nanoseconds": "ns",
	}
)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}

// timeLike says whether a number of this name may be a time.
func timeLike(name string) bool {
	words := split(name)
	if slices.ContainsFunc(words, func(word string) bool { return amountWords[word] }) {
		return false
	}
	words = withoutUnit(words)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	switch {
	case timeWords[last], strings.HasSuffix(last, "time"), words[0] == "ts", words[0] == "timestamp":
		return true
	case eventWords[last]:
		return len(words) == 1 || !plural(words[len(words)-2])
	case last == "on":
		return len(words) > 1
	}
	return last == "t" && len(words) == 1
}

// plural says that a word looks like several things: what follows it counts them.
func plural(word string) bool {
	return strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us")
}

// withoutUnit leaves the unit and the zone at the end of a name out.
func withoutUnit(words []string) []string {
	for len(words) > 1 && (timeUnits[words[len(words)-1]] != "" || words[len(words)-1] == "utc") {
		words = words[:len(words)-1]
	}
	return words
}

// namedUnit is the unit that the name of a time ends with, if any.
func namedUnit(name string) string {
	words := split(name)
	for len(words) > 1 && words[len(words)-1] == "utc" {
		words = words[:len(words)-1]
	}
	if len(words) < 2 {
		return ""
	}
	return timeUnits[words[len(words)-1]]
}
