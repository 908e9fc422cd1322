package ask

import (
	"strconv"
	"strings"
)

// trendPhrases ask how something changes with time.
var trendPhrases = phrases("trend of", "trend in", "trend for", "trends of", "trends in", "the trend of", "development of", "evolution of", "time series of", "how has", "history of")

// fillPhrases ask for buckets without rows too.
var fillPhrases = phrases("filling gaps", "fill gaps", "with gaps filled", "including empty", "with zeros", "fill the gaps", "filling the gaps", "including gaps")

// latestWords order rows by time; true means the newest first.
var latestWords = map[string]bool{"latest": true, "newest": true, "most recent": true, "last": true, "oldest": false, "earliest": false, "first": false}

var listVerbs = set("list")

func itoa(n int) string { return strconv.Itoa(n) }

// sketches reads the question in every way the grammar knows and gives the
// parsers that came to an end, whether or not they understood every word.
func (p *parser) sketches() []*parser {
	p.opening()
	var all []*parser
	for _, head := range []func(*parser) bool{
		(*parser).countHead, (*parser).shareHead, (*parser).aggregateHead, (*parser).rankHead, (*parser).frequentHead,
		(*parser).superlativeHead, (*parser).latestHead, (*parser).distinctHead, (*parser).bareHead,
	} {
		try := p.clone()
		if head(try) {
			try.tail()
			all = append(all, try)
		}
	}
	return all
}

// opening takes politeness, "trend of" and a leading "monthly".
func (p *parser) opening() {
	g := grammarIndex()
	for !p.done() {
		if lead, ok := p.accept(g.leadIns); ok {
			p.sk.whatIs = p.sk.whatIs || strings.HasPrefix(lead, "what")
			continue
		}
		if _, ok := p.accept(g.trends); ok {
			p.sk.trend = true
			continue
		}
		if grain, ok := grainAdverbs[p.word(0)]; ok {
			p.sk.dims = append(p.sk.dims, dimSketch{grain: grain, said: true, at: p.pos})
			p.take(1)
			continue
		}
		if _, n := p.match(g.counts); n == 0 && p.acceptWord("the") {
			continue
		}
		return
	}
}

func (p *parser) countHead() bool {
	if _, ok := p.accept(grammarIndex().counts); !ok {
		return false
	}
	return p.counted()
}

// counted reads what is counted, behind "how many".
func (p *parser) counted() bool {
	p.skipArticles()
	m := measureSketch{agg: AggCount}
	if distinctWords[p.word(0)] {
		p.take(1)
		m.agg = AggDistinct
	}
	ref := p.phrase()
	if ref == nil {
		return false
	}
	if m.agg == AggDistinct {
		m.ref = ref
	} else if p.sk.subject == nil {
		p.sk.subject = ref
	} else {
		m.ref = ref
	}
	p.sk.intent = IntentAggregate
	p.sk.measures = append(p.sk.measures, m)
	return true
}

func (p *parser) shareHead() bool {
	name, ok := p.accept(grammarIndex().shares)
	if !ok {
		return false
	}
	p.sk.isShare, p.sk.percent, p.sk.intent = true, sharePhrases[name], IntentAggregate
	p.acceptWord("of")
	p.sk.subject = p.phrase()
	return p.sk.subject != nil
}

func (p *parser) aggregateHead() bool {
	if p.word(0) == "how" && p.word(1) == "much" {
		p.take(2)
		ref := p.phrase()
		p.sk.intent = IntentAggregate
		p.sk.measures = append(p.sk.measures, measureSketch{agg: AggSum, ref: ref, assumed: true})
		return ref != nil
	}
	measures, ok := p.aggregates()
	p.sk.intent = IntentAggregate
	p.sk.measures = append(p.sk.measures, measures...)
	return ok
}

// aggregates reads "average and maximum amount".
func (p *parser) aggregates() ([]measureSketch, bool) {
	var measures []measureSketch
	for {
		p.skipArticles()
		size := sizeWords[p.word(0)]
		agg, level, ok := p.aggregate()
		if !ok {
			break
		}
		measures = append(measures, measureSketch{agg: agg, level: level, size: size})
		if _, _, more := p.peekAggregate(1); (p.word(0) == "and" || p.word(0) == ",") && more {
			p.take(1)
			continue
		}
		break
	}
	if len(measures) == 0 {
		return nil, false
	}
	p.acceptWord("of", "for")
	ref := p.phrase()
	if ref == nil {
		return nil, false
	}
	for i := range measures {
		measures[i].ref = ref
	}
	return measures, true
}

func (p *parser) peekAggregate(ahead int) (Agg, float64, bool) {
	try := p.clone()
	if try.pos+ahead > len(try.toks) {
		return "", 0, false
	}
	try.pos += ahead
	return try.aggregate()
}

// aggregate reads "average", "sum of", "p95", "95th percentile".
func (p *parser) aggregate() (Agg, float64, bool) {
	w := p.word(0)
	if agg, ok := aggWords[w]; ok {
		p.take(1)
		if agg == AggQuantile {
			return agg, 0.5, true
		}
		return agg, 0, true
	}
	number := ""
	switch {
	case len(w) >= 2 && w[0] == 'p' && strings.Trim(w[1:], "0123456789") == "":
		number = w[1:]
		p.acceptSpan(1)
	case p.word(1) == "percentile":
		number = strings.TrimRight(w, "sthndr")
		p.acceptSpan(2)
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n <= 0 || n >= 100 {
		return "", 0, false
	}
	return AggQuantile, n / 100, true
}

func (p *parser) acceptSpan(n int) {
	if p.pos+n <= len(p.toks) {
		p.take(n)
	}
}

// rankHead reads "top 5 X" and "bottom X".
func (p *parser) rankHead() bool {
	desc := p.word(0) == "top"
	if !p.acceptWord("top", "bottom") {
		return false
	}
	return p.ranked(&rankSketch{desc: desc, n: 10})
}

// ranked reads the number and the noun of a ranking.
func (p *parser) ranked(r *rankSketch) bool {
	p.skipArticles()
	if n, ok := p.number(); ok {
		r.n, r.said = atoi(n), true
	}
	if r.n <= 0 {
		return false
	}
	p.acceptWord("most")
	r.dims = p.phrase()
	p.sk.rank, p.sk.intent = r, IntentTop
	return r.dims != nil
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// frequentHead reads "the 5 most common X", "busiest X".
func (p *parser) frequentHead() bool {
	r := &rankSketch{n: 10, byCount: true}
	p.which()
	if n, ok := p.number(); ok {
		r.n, r.said = atoi(n), true
	}
	name, ok := p.accept(grammarIndex().frequents)
	if !ok || r.n <= 0 {
		return false
	}
	r.desc = frequent[name]
	if r.dims = p.phrase(); r.dims == nil {
		return false
	}
	if !r.said && p.singular(r.dims) {
		r.n, r.said = 1, true
	}
	p.sk.rank, p.sk.intent = r, IntentTop
	return true
}

// which takes the word that asks for one of several.
func (p *parser) which() bool {
	asked := p.acceptWord("which", "what")
	p.skipArticles()
	return asked
}

func (p *parser) singular(ph *phrase) bool {
	tok := p.toks[ph.to()-1]
	return tok.word == tok.stem
}

// superlativeHead reads "which X has the most Y" and "5 X with the highest average Y".
func (p *parser) superlativeHead() bool {
	r := &rankSketch{n: 10}
	p.which()
	if n, ok := p.number(); ok {
		r.n, r.said = atoi(n), true
	}
	r.dims = p.phrase()
	if r.dims == nil || r.n <= 0 {
		return false
	}
	if !p.acceptWord("have", "has", "had", "with", "having", "got", "gets") {
		return false
	}
	p.acceptWord("the")
	desc, ok := superlatives[p.word(0)]
	if !ok {
		return false
	}
	r.desc = desc
	most := p.word(0) == "most" || p.word(0) == "fewest" || p.word(0) == "least"
	p.take(1)
	m, ok := p.measure()
	if !ok {
		return false
	}
	m.size = !most
	if m.agg == "" && most {
		m.agg, m.assumed = AggSum, true
	}
	r.measure = &m
	if !r.said && p.singular(r.dims) {
		r.n, r.said = 1, true
	}
	p.sk.rank, p.sk.intent = r, IntentTop
	return true
}

// measure reads what something is ranked or sorted by.
func (p *parser) measure() (measureSketch, bool) {
	p.skipArticles()
	if p.word(0) == "count" && p.nounless(1) {
		p.take(1)
		return measureSketch{agg: AggCount}, true
	}
	if _, ok := p.accept(grammarIndex().counts); ok {
		m := measureSketch{agg: AggCount}
		if distinctWords[p.word(0)] {
			p.take(1)
			m.agg = AggDistinct
		}
		m.ref = p.phrase()
		return m, m.ref != nil
	}
	if list, ok := p.clone().aggregates(); ok && len(list) == 1 {
		list, _ = p.aggregates()
		return list[0], true
	}
	ref := p.phrase()
	if ref != nil && ref.last().has(linkTable) && p.acceptWord("count", "counts") {
		return measureSketch{agg: AggCount, ref: ref}, true
	}
	return measureSketch{ref: ref}, ref != nil
}

// nounless says whether no noun follows.
func (p *parser) nounless(ahead int) bool {
	at := p.pos + ahead
	if p.reader.word(at) == "of" {
		return false
	}
	if at >= len(p.toks) {
		return true
	}
	seg, ok := p.segment(at)
	return !ok || p.structural(seg)
}

// latestHead reads "latest 10 X".
func (p *parser) latestHead() bool {
	p.acceptVerb()
	name, ok := p.accept(grammarIndex().latest)
	if !ok {
		return false
	}
	p.sk.limit = 10
	n, said := p.number()
	if said {
		if p.sk.limit = atoi(n); p.sk.limit <= 0 {
			return false
		}
	}
	p.sk.intent, p.sk.latest, p.sk.oldest = IntentLatest, true, !latestWords[name]
	p.sk.aged = name == "oldest"
	p.sk.subject = p.phrase()
	if p.sk.subject != nil && !said && p.singular(p.sk.subject) {
		p.sk.limit = 1
	}
	return p.sk.subject != nil
}

func (p *parser) acceptVerb() {
	for p.acceptWord("list", "all", "the") {
	}
}

// distinctHead reads "different X", "which X are there".
func (p *parser) distinctHead() bool {
	p.sk.intent = IntentDistinct
	p.acceptVerb()
	if distinctWords[p.word(0)] {
		p.take(1)
		p.sk.subject = p.phrase()
		return p.sk.subject != nil
	}
	if !p.acceptWord("which", "what") {
		return false
	}
	p.sk.subject = p.phrase()
	if p.sk.subject == nil || p.sk.subject.last().has(linkTable) && !p.sk.subject.last().has(linkColumn) {
		return false
	}
	_, ok := p.accept(grammarIndex().fillers)
	return ok
}

// bareHead reads a noun without a word that asks: "orders by country", "list orders".
func (p *parser) bareHead() bool {
	for p.acceptWord("list", "which", "what", "all", "the", "rows", "of", "each") {
	}
	if n, ok := p.number(); ok {
		if p.sk.limit = atoi(n); p.sk.limit <= 0 {
			return false
		}
	}
	p.sk.intent = IntentRows
	p.sk.subject = p.phrase()
	if p.sk.subject != nil && p.sk.limit == 0 && p.acceptWord("count", "counts") { // "order count"
		p.sk.intent = IntentAggregate
		p.sk.measures = append(p.sk.measures, measureSketch{agg: AggCount})
		return p.sk.subject.last().has(linkTable)
	}
	return p.sk.subject != nil
}
