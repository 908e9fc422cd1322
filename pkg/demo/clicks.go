package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// visitors is how many sessions are under way at any time.
const visitors = 200

// Generator makes click events. Equal seeds make equal events but for their time.
type Generator struct {
	random   *rand.Rand
	sessions []session
	buffer   []byte
}

// session is one visitor who goes from page to page.
type session struct {
	id, country, device, browser, referrer, page string
	user                                         int
	left                                         int // clicks until the visitor leaves
}

// Clicks gives a generator of click events.
func Clicks(seed uint64) *Generator {
	g := &Generator{random: rand.New(rand.NewPCG(seed, 0x636c69636b73))} //nolint:gosec // made-up data is no secret
	g.sessions = make([]session, visitors)
	for i := range g.sessions {
		g.sessions[i] = g.arrive()
	}
	return g
}

var (
	countries = weighted{{"DE", 28}, {"US", 24}, {"FR", 14}, {"GB", 12}, {"ES", 8}, {"IT", 6}, {"JP", 5}, {"BR", 3}}
	devices   = weighted{{"mobile", 55}, {"desktop", 38}, {"tablet", 7}}
	browsers  = weighted{{"chrome", 58}, {"safari", 24}, {"firefox", 12}, {"edge", 6}}
	referrers = weighted{{"search", 45}, {"direct", 30}, {"newsletter", 15}, {"social", 10}}
	entries   = weighted{{"/home", 60}, {"/products", 25}, {"/blog", 15}}
	// paths says where a visitor goes next.
	paths = map[string]weighted{
		"/home":            {{"/products", 50}, {"/search", 25}, {"/blog", 15}, {"/about", 10}},
		"/products":        {{"/products/lamp", 30}, {"/products/chair", 25}, {"/products/desk", 20}, {"/search", 15}, {"/home", 10}},
		"/search":          {{"/products/lamp", 35}, {"/products/chair", 30}, {"/products/desk", 25}, {"/home", 10}},
		"/products/lamp":   {{"/cart", 35}, {"/products", 50}, {"/home", 15}},
		"/products/chair":  {{"/cart", 30}, {"/products", 55}, {"/home", 15}},
		"/products/desk":   {{"/cart", 25}, {"/products", 60}, {"/home", 15}},
		"/cart":            {{"/checkout", 55}, {"/products", 45}},
		"/checkout":        {{"/checkout/thanks", 80}, {"/cart", 20}},
		"/checkout/thanks": {{"/home", 100}},
		"/blog":            {{"/home", 50}, {"/products", 50}},
		"/about":           {{"/home", 100}},
	}
)

// arrive makes a new visitor.
func (g *Generator) arrive() session {
	return session{
		id:   fmt.Sprintf("s%08x", g.random.Uint32()),
		user: 1000 + g.random.IntN(5000), left: 1 + g.random.IntN(12),
		country: countries.pick(g.random), device: devices.pick(g.random), browser: browsers.pick(g.random),
		referrer: referrers.pick(g.random), page: entries.pick(g.random),
	}
}

// Next makes the event of one click at the given time: a JSON object, and the
// session as its key. The bytes are valid until the next call.
func (g *Generator) Next(at time.Time) (key, value []byte) {
	s := &g.sessions[g.random.IntN(len(g.sessions))]
	value = g.encode(s, at)
	key = []byte(s.id)
	if s.left--; s.left <= 0 {
		*s = g.arrive()
	} else {
		s.page = paths[s.page].pick(g.random)
	}
	return key, value
}

// encode writes the event; the texts in it need no escapes.
func (g *Generator) encode(s *session, at time.Time) []byte {
	b := append(g.buffer[:0], `{"ts":"`...)
	b = at.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	b = append(b, `","user_id":`...)
	b = strconv.AppendInt(b, int64(s.user), 10)
	for _, field := range [...]struct{ name, value string }{
		{"session_id", s.id}, {"page", s.page}, {"country", s.country},
		{"device", s.device}, {"browser", s.browser}, {"referrer", s.referrer},
	} {
		b = append(b, `,"`+field.name+`":"`+field.value+`"`...)
	}
	b = append(b, `,"duration_ms":`...)
	b = strconv.AppendInt(b, int64(200+g.random.ExpFloat64()*4000), 10)
	b = append(b, `,"price":`...)
	if s.page == "/checkout/thanks" {
		b = strconv.AppendFloat(b, float64(900+g.random.IntN(40000))/100, 'f', 2, 64)
	} else {
		b = append(b, "null"...)
	}
	g.buffer = append(b, '}')
	return g.buffer
}

// weighted is a choice of words by weight.
type weighted []struct {
	word   string
	weight int
}

func (w weighted) pick(random *rand.Rand) string {
	total := 0
	for _, o := range w {
		total += o.weight
	}
	n := random.IntN(total)
	for _, o := range w {
		if n -= o.weight; n < 0 {
			return o.word
		}
	}
	return w[0].word
}
