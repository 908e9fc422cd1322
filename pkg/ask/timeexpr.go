package ask

import (
	"strconv"
	"strings"
	"time"
)

// timeExpr is a window of time as words say it, not yet tied to a column.
type timeExpr struct {
	from, to *Bound
	words    string
	// assumed says what was filled in, a year that was not said, say.
	assumed string
	// finest is the smallest unit the window needs of its column.
	finest Grain
}

// period is a named stretch of the calendar: a day, a month, a year.
type period struct {
	from, to *Bound
	n        int
	assumed  string
	// weak periods (a bare year, a bare month) need a preposition before them.
	weak   bool
	finest Grain
	// over is the end of the minute or second that an instant names.
	over *Bound
}

// timeReader recognises time expressions in tokens. now is the injected clock;
// it only fills in a year that was not said.
type timeReader struct {
	toks []token
	now  time.Time
}

func (r timeReader) word(i int) string {
	if i < 0 || i >= len(r.toks) {
		return ""
	}
	return r.toks[i].word
}

// read recognises the longest time expression at i and gives the number of tokens.
func (r timeReader) read(i int) (timeExpr, int) {
	at := i
	prep := ""
	switch r.word(at) {
	case "in", "during", "for", "of", "on", "over", "throughout", "within", "since", "after", "before", "until", "till", "from", "between", "through", "at":
		prep = r.word(at)
		at++
	case "starting":
		prep = "since"
		at++
		if w := r.word(at); w == "from" || w == "in" || w == "on" {
			at++
		}
	case "up":
		if r.word(at+1) == "to" {
			prep, at = "until", at+2
		}
	}
	for r.word(at) == "the" || r.word(at) == "just" {
		at++
	}
	expr, n := r.body(prep, at)
	if n == 0 {
		return timeExpr{}, 0
	}
	end := at + n
	expr.words = r.said(i, end)
	return expr, end - i
}

// said gives back the words of a span of tokens.
func (r timeReader) said(from, to int) string {
	var words []string
	for _, tok := range r.toks[from:to] {
		words = append(words, tok.text)
	}
	return strings.Join(words, " ")
}

func (r timeReader) body(prep string, at int) (timeExpr, int) {
	if prep == "between" || prep == "from" {
		if expr, n := r.pair(prep, at); n > 0 {
			return expr, n
		}
	}
	if expr, n := r.relative(at); n > 0 && plainPrep(prep) {
		return expr, n
	}
	p := r.period(at)
	if p.n == 0 || p.weak && prep == "" {
		return timeExpr{}, 0
	}
	expr := timeExpr{assumed: p.assumed, finest: p.finest}
	n := p.n
	switch prep {
	case "since":
		expr.from = p.from
	case "after":
		expr.from = p.to
	case "before":
		expr.to = p.from
	case "until", "till", "through":
		expr.to = p.to
	case "from":
		if w := r.word(at + n); w == "on" || w == "onwards" || w == "onward" {
			expr.from, n = p.from, n+1
			break
		}
		if p.finest == GrainDay || p.over != nil { // "from 3 March": that day, or since then?
			return timeExpr{}, 0
		}
		expr.from, expr.to = p.from, p.to
	case "between", "over", "within":
		return timeExpr{}, 0
	default:
		expr.from, expr.to = p.from, p.to
		if p.over != nil {
			expr.to = p.over
		}
	}
	return expr, n
}

func plainPrep(prep string) bool {
	return prep == "" || prep == "in" || prep == "during" || prep == "for" || prep == "over" || prep == "within" || prep == "of" || prep == "from" || prep == "throughout"
}

// pair reads "A to B" and "A and B"; both ends are included.
func (r timeReader) pair(prep string, at int) (timeExpr, int) {
	a := r.period(at)
	if a.n == 0 {
		return timeExpr{}, 0
	}
	joint := r.word(at + a.n)
	and := prep == "between" && joint == "and"
	to := prep == "from" && (joint == "to" || joint == "until" || joint == "till" || joint == "through")
	if !and && !to {
		return timeExpr{}, 0
	}
	b := r.period(at + a.n + 1)
	if b.n == 0 {
		return timeExpr{}, 0
	}
	if a.assumed != "" && !b.from.Relative && !a.from.Relative { // "between March and May 2013"
		a = r.withYear(a, at, b.from.At)
	}
	if !a.from.Relative && !b.to.Relative && !a.from.At.Before(b.to.At) {
		return timeExpr{}, 0
	}
	return timeExpr{from: a.from, to: b.to, assumed: b.assumed, finest: finer(a.finest, b.finest)}, a.n + 1 + b.n
}

// withYear gives a period without a year the year of the other end.
func (r timeReader) withYear(p period, at int, other time.Time) period {
	shifted := timeReader{toks: r.toks, now: time.Date(other.Year(), 12, 31, 23, 0, 0, 0, time.UTC)}
	again := shifted.period(at)
	if again.n != p.n {
		return p
	}
	again.assumed = ""
	return again
}

func finer(a, b Grain) Grain {
	if a == GrainSecond || b == GrainSecond {
		return GrainSecond
	}
	return GrainDay
}

// relative reads windows that move with the clock.
func (r timeReader) relative(at int) (timeExpr, int) {
	switch r.word(at) {
	case "today":
		return calendar(GrainDay, 0), 1
	case "yesterday":
		return calendar(GrainDay, 1), 1
	case "last", "past", "previous", "preceding":
		if n, width := r.integer(at + 1); width > 0 {
			if grain, ok := grainOf(r.word(at + 1 + width)); ok && n > 0 {
				from := &Bound{Relative: true, Back: n, Unit: grain}
				return timeExpr{from: from, to: &Bound{Relative: true}, finest: resolution(grain)}, 2 + width
			}
			return timeExpr{}, 0
		}
		grain, ok := grainOf(r.word(at + 1))
		if !ok {
			return timeExpr{}, 0
		}
		if r.word(at) == "past" || r.word(at) == "last" && resolution(grain) == GrainSecond { // "last hour": the last 60 minutes
			return timeExpr{from: &Bound{Relative: true, Back: 1, Unit: grain}, to: &Bound{Relative: true}, finest: resolution(grain)}, 2
		}
		return calendar(grain, 1), 2
	case "this", "current":
		if grain, ok := grainOf(r.word(at + 1)); ok {
			return calendar(grain, 0), 2
		}
	}
	return timeExpr{}, 0
}

func resolution(grain Grain) Grain {
	if grain == GrainSecond || grain == GrainMinute || grain == GrainHour {
		return GrainSecond
	}
	return GrainDay
}

// calendar is the calendar unit that began so many units ago.
func calendar(grain Grain, back int) timeExpr {
	return timeExpr{
		from:   &Bound{Relative: true, Floor: grain, Back: back, Unit: grain},
		to:     &Bound{Relative: true, Floor: grain, Back: back - 1, Unit: grain},
		finest: resolution(grain),
	}
}

func grainOf(word string) (Grain, bool) {
	grain, ok := grainWords[stem(word)]
	return grain, ok && word != "date"
}

// integer reads a whole number in digits or words.
func (r timeReader) integer(at int) (n, width int) {
	if at >= len(r.toks) {
		return 0, 0
	}
	if r.toks[at].kind == tokenNumber {
		if n, err := strconv.Atoi(r.toks[at].text); err == nil {
			return n, 1
		}
		return 0, 0
	}
	if n, ok := numberWords[r.word(at)]; ok {
		return n, 1
	}
	return 0, 0
}

// period reads one named stretch of the calendar.
func (r timeReader) period(at int) period {
	if at >= len(r.toks) {
		return period{}
	}
	if r.toks[at].kind == tokenDate {
		return isoPeriod(r.toks[at].text)
	}
	switch r.word(at) {
	case "today":
		e := calendar(GrainDay, 0)
		return period{from: e.from, to: e.to, n: 1, finest: GrainDay}
	case "yesterday":
		e := calendar(GrainDay, 1)
		return period{from: e.from, to: e.to, n: 1, finest: GrainDay}
	case "year":
		if p := r.year(at + 1); p.n > 0 {
			p.n, p.weak = p.n+1, false
			return p
		}
	}
	if p := r.quarter(at); p.n > 0 {
		return p
	}
	if p := r.monthPeriod(at); p.n > 0 {
		return p
	}
	if p := r.dayFirst(at); p.n > 0 {
		return p
	}
	return r.year(at)
}

func isoPeriod(text string) period {
	text = strings.Replace(text, "T", " ", 1)
	for _, form := range []struct {
		layout string
		width  time.Duration
		finest Grain
	}{{time.DateOnly, 24 * time.Hour, GrainDay}, {"2006-01-02 15:04", time.Minute, GrainSecond}, {time.DateTime, time.Second, GrainSecond}} {
		at, err := time.Parse(form.layout, text)
		if err != nil {
			continue
		}
		p := period{from: &Bound{At: at}, to: &Bound{At: at.Add(form.width)}, n: 1, finest: form.finest}
		if form.finest == GrainSecond {
			p.to, p.over = p.from, p.to // an instant: "until 10:00" ends there
		}
		return p
	}
	return period{}
}

func absolute(from, to time.Time, n int) period {
	return period{from: &Bound{At: from}, to: &Bound{At: to}, n: n, finest: GrainDay}
}

// year reads a bare year.
func (r timeReader) year(at int) period {
	y, ok := r.yearNumber(at)
	if !ok {
		return period{}
	}
	start := time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
	p := absolute(start, start.AddDate(1, 0, 0), 1)
	p.weak, p.finest = true, GrainYear
	return p
}

func (r timeReader) yearNumber(at int) (int, bool) {
	if at >= len(r.toks) || r.toks[at].kind != tokenNumber || r.toks[at].end-r.toks[at].start != 4 {
		return 0, false
	}
	y, err := strconv.Atoi(r.toks[at].text)
	return y, err == nil && y >= 1900 && y <= 2100
}

// quarter reads "Q2 2013".
func (r timeReader) quarter(at int) period {
	w := r.word(at)
	if len(w) != 2 || w[0] != 'q' || w[1] < '1' || w[1] > '4' {
		return period{}
	}
	next := at + 1
	if r.word(next) == "of" {
		next++
	}
	y, ok := r.yearNumber(next)
	if !ok {
		return period{}
	}
	start := time.Date(y, time.Month(3*int(w[1]-'1')+1), 1, 0, 0, 0, 0, time.UTC)
	p := absolute(start, start.AddDate(0, 3, 0), next-at+1)
	p.finest = GrainQuarter
	return p
}

// monthPeriod reads "March", "March 2013", "March 5", "March 5, 2013".
func (r timeReader) monthPeriod(at int) period {
	month, ok := monthNames[r.word(at)]
	if !ok {
		return period{}
	}
	next := at + 1
	if r.word(next) == "of" || r.word(next) == "," {
		next++
	}
	if y, ok := r.yearNumber(next); ok {
		start := time.Date(y, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
		p := absolute(start, start.AddDate(0, 1, 0), next-at+1)
		p.finest = GrainMonth
		return p
	}
	if day, ok := r.dayNumber(at + 1); ok {
		return r.dayPeriod(month, day, at, at+2)
	}
	start := time.Date(r.now.Year(), time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	if start.After(r.now) {
		start = start.AddDate(-1, 0, 0)
	}
	p := absolute(start, start.AddDate(0, 1, 0), 1)
	p.weak, p.finest = true, GrainMonth
	p.assumed = strconv.Quote(r.toks[at].text) + " is " + start.Format("January 2006") + ", the latest one"
	return p
}

// dayFirst reads "5 March 2013".
func (r timeReader) dayFirst(at int) period {
	day, ok := r.dayNumber(at)
	next := at + 1
	if r.word(next) == "of" {
		next++
	}
	month, named := monthNames[r.word(next)]
	if !ok || !named {
		return period{}
	}
	return r.dayPeriod(month, day, at, next+1)
}

func (r timeReader) dayPeriod(month, day, at, next int) period {
	year, assumed := r.now.Year(), ""
	if r.word(next) == "," {
		next++
	}
	if y, ok := r.yearNumber(next); ok {
		year, next = y, next+1
	} else {
		if time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).After(r.now) {
			year--
		}
		assumed = "the year " + strconv.Itoa(year)
	}
	if r.word(next-1) == "," {
		next--
	}
	start := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if start.Day() != day {
		return period{}
	}
	p := absolute(start, start.AddDate(0, 0, 1), next-at)
	p.assumed = assumed
	return p
}

// dayNumber reads 5, 5th, 1st, 22nd, 3rd.
func (r timeReader) dayNumber(at int) (int, bool) {
	w := r.word(at)
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		w = strings.TrimSuffix(w, suffix)
	}
	day, err := strconv.Atoi(w)
	return day, err == nil && day >= 1 && day <= 31 && len(w) <= 2
}
