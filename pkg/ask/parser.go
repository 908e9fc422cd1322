package ask

import (
	"sort"
	"strings"
	"sync"
	"time"
)

// parser reads a question from left to right. Every token it makes use of is
// marked; what stays unmarked was not understood.
type parser struct {
	toks   []token
	linker *linker
	reader timeReader
	pos    int
	used   []bool
	sk     sketch
}

func newParser(l *linker, now time.Time) *parser {
	return &parser{toks: l.toks, linker: l, reader: timeReader{toks: l.toks, now: now}, used: make([]bool, len(l.toks))}
}

// clone gives a parser that can try something without changing this one.
func (p *parser) clone() *parser {
	c := *p
	c.used = append([]bool(nil), p.used...)
	c.sk.measures = append([]measureSketch(nil), p.sk.measures...)
	c.sk.dims = append([]dimSketch(nil), p.sk.dims...)
	c.sk.conds = append([]condSketch(nil), p.sk.conds...)
	return &c
}

func (p *parser) done() bool { return p.pos >= len(p.toks) }

func (p *parser) word(ahead int) string { return p.reader.word(p.pos + ahead) }

// take marks n tokens as understood and goes on behind them.
func (p *parser) take(n int) {
	for i := range n {
		p.used[p.pos+i] = true
	}
	p.pos += n
}

// index is a set of phrases by their first word, longest first.
type index map[string][][]string

func newIndex[V any](phrases map[string]V) index {
	idx := index{}
	for phrase := range phrases {
		words := strings.Fields(phrase)
		idx[words[0]] = append(idx[words[0]], words)
	}
	for _, list := range idx {
		sort.Slice(list, func(i, j int) bool { return len(list[i]) > len(list[j]) })
	}
	return idx
}

// grammar is the vocabulary, indexed for matching.
type grammar struct {
	leadIns, fillers, counts, shares, groups, sorts, relatives, negations, equals, compares, textOps, frequents, parts, trends, fills, latest index
}

var grammarIndex = sync.OnceValue(func() *grammar {
	return &grammar{
		leadIns: newIndex(leadIns), fillers: newIndex(fillers), counts: newIndex(countPhrases), shares: newIndex(sharePhrases),
		groups: newIndex(groupPhrases), sorts: newIndex(sortPhrases), relatives: newIndex(relatives), negations: newIndex(negations),
		equals: newIndex(equalPhrases), compares: newIndex(compareWords), textOps: newIndex(textOps), frequents: newIndex(frequent),
		parts: newIndex(partWords), trends: newIndex(trendPhrases), fills: newIndex(fillPhrases), latest: newIndex(latestWords),
	}
})

// match finds the longest phrase of an index at the position; 0 if none.
func (p *parser) match(idx index) (string, int) { return p.matchAt(idx, p.pos) }

func (p *parser) matchAt(idx index, at int) (string, int) {
	for _, words := range idx[p.reader.word(at)] {
		ok := true
		for k, word := range words {
			if p.reader.word(at+k) != word || p.toks[at+k].kind == tokenQuoted {
				ok = false
				break
			}
		}
		if ok {
			return strings.Join(words, " "), len(words)
		}
	}
	return "", 0
}

// accept takes the longest phrase of an index, if one stands here.
func (p *parser) accept(idx index) (string, bool) {
	phrase, n := p.match(idx)
	if n > 0 {
		p.take(n)
	}
	return phrase, n > 0
}

// acceptWord takes one of the words, if it stands here.
func (p *parser) acceptWord(words ...string) bool {
	for _, word := range words {
		if p.word(0) == word && p.toks[p.pos].kind != tokenQuoted {
			p.take(1)
			return true
		}
	}
	return false
}

// skipArticles takes words that say nothing before a noun.
func (p *parser) skipArticles() {
	for p.acceptWord("the", "a", "an", "all", "any", "our", "its", "these", "those", "their", "given", "its") {
	}
}

// segment finds the longest linked span that starts at a place.
func (p *parser) segment(at int) (segment, bool) {
	for n := min(maxSpan, len(p.toks)-at); n > 0; n-- {
		if links := p.linker.links(at, at+n); len(links) > 0 {
			if n == 1 && functionWord(p.toks[at].word) && links[0].kind != linkValue && links[0].quality < qualityExact {
				continue
			}
			return segment{from: at, to: at + n, links: links}, true
		}
	}
	return segment{}, false
}

// phrase takes a run of segments, the longest possible; nil if none starts here.
// Words of the grammar end it, except as its first word after a word that asks
// for a noun.
func (p *parser) phrase() *phrase {
	p.skipArticles()
	var ph *phrase
	for !p.done() {
		seg, ok := p.segment(p.pos)
		if !ok && !p.done() && rowNouns[p.toks[p.pos].stem] {
			seg, ok = segment{from: p.pos, to: p.pos + 1}, true
		}
		if !ok || ph != nil && p.structural(seg) {
			break
		}
		if ph != nil && ph.last().has(linkTable) && !seg.has(linkTable) && !seg.has(linkColumn) {
			break // a value behind the noun is a filter of its own
		}
		if ph != nil && p.plural(ph.last()) && !compound(seg) {
			break // "customers signed up" says something of the customers
		}
		if ph == nil {
			ph = &phrase{}
		}
		p.take(seg.to - seg.from)
		seg.more = p.listed(seg)
		ph.segments = append(ph.segments, seg)
	}
	return ph
}

// listed reads "or green" behind a value that describes a noun.
func (p *parser) listed(seg segment) []segment {
	if !seg.has(linkValue) || seg.has(linkColumn) || seg.has(linkTable) {
		return nil
	}
	try := p.clone()
	var more []segment
	for try.acceptWord(",", "or", "and") {
		next, ok := try.segment(try.pos)
		if !ok || !next.has(linkValue) || next.has(linkColumn) || next.has(linkTable) {
			return nil
		}
		try.take(next.to - next.from)
		more = append(more, next)
	}
	if noun, ok := try.segment(try.pos); len(more) == 0 || !ok || !noun.has(linkTable) {
		return nil
	}
	*p = *try
	return more
}

// plural says whether a segment is a noun in the plural.
func (p *parser) plural(seg segment) bool {
	tok := p.toks[seg.to-1]
	return seg.has(linkTable) && tok.word != tok.stem
}

// compound says whether a segment can end a compound noun: "order amounts". Times
// and truth values cannot: they are said of the noun before them.
func compound(seg segment) bool {
	for _, l := range seg.links {
		if l.kind != linkColumn || !l.column.kind.temporal() && l.column.kind != kindBool {
			return true
		}
	}
	return false
}

// structural says whether a one-word segment is rather a word of the grammar.
func (p *parser) structural(seg segment) bool {
	return seg.to-seg.from == 1 && vocabulary()[p.toks[seg.from].word] && !seg.has(linkValue)
}

// number reads a number in digits or words, with a multiplier.
func (p *parser) number() (string, bool) {
	if p.done() {
		return "", false
	}
	tok := p.toks[p.pos]
	switch tok.kind {
	case tokenNumber:
		text := tok.text
		if zeros := map[string]string{"thousand": "000", "k": "000", "million": "000000", "billion": "000000000"}[p.word(1)]; zeros != "" && !strings.Contains(text, ".") {
			p.take(2)
			return text + zeros, true
		}
		p.take(1)
		return text, true
	case tokenWord:
		if n, ok := numberWords[tok.word]; ok {
			p.take(1)
			return itoa(n), true
		}
	}
	return "", false
}

// unused lists the words that were not understood.
func (p *parser) unused() []string {
	var words []string
	for i, used := range p.used {
		if !used {
			words = append(words, p.toks[i].text)
		}
	}
	return words
}
