package ask

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// maxQuestion is the length of a question, in characters.
const maxQuestion = 2000

// memoryFor is how long values and keys that were read are kept.
const memoryFor = time.Minute

// Options are what an Asker is made of.
type Options struct {
	Catalogue Catalogue
	// Model may be nil: then only the offline planner answers.
	Model Model
	// Now is the clock; nil means the system's.
	Now func() time.Time
	Log *slog.Logger
}

// Asker turns questions into statements. It is safe for concurrent use.
type Asker struct {
	catalogue Catalogue
	model     Model
	now       func() time.Time
	log       *slog.Logger

	mu     sync.Mutex
	print  string
	tables []aurora.Table
	index  *catalog
	memory *memory
	since  time.Time
}

// Draft is a statement that should answer a question, with how the question was
// read. It has not been guarded and not been run.
type Draft struct {
	Statement      aurora.Statement
	Interpretation string
	Assumptions    []string
	// Tables lists the tables the statement reads, as far as the engine says.
	Tables []string
	// Engine is "offline" or "model:NAME".
	Engine     string
	Confidence float64
	Notes      []string
	// Plan is the typed plan of the offline planner; nil on the model path.
	Plan *QueryPlan

	talk *conversation
}

// New makes an Asker.
func New(o Options) *Asker {
	a := &Asker{catalogue: o.Catalogue, model: o.Model, now: o.Now, log: o.Log}
	if a.now == nil {
		a.now = time.Now
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	return a
}

// Draft reads a question and gives the statement that should answer it. A
// question that is not understood is an error: [aurora.CodeNotUnderstood] with
// the words and three questions that can be answered, [aurora.CodeAmbiguous] with
// the choices, or [aurora.CodeWriteRequest]. Progress may be nil.
func (a *Asker) Draft(ctx context.Context, q aurora.Question, progress func(aurora.Step)) (Draft, error) {
	text, err := normalise(q.Text)
	if err != nil {
		return Draft{}, err
	}
	emit := a.steps(progress)
	tables, err := a.catalogue.Tables(ctx)
	if err != nil {
		return Draft{}, fmt.Errorf("read the catalogue: %w", err)
	}
	planner := a.planner(tables)
	if err := planner.refuseWrite(text); err != nil {
		return Draft{}, err
	}
	if len(tables) == 0 {
		return Draft{}, noSchema()
	}
	emit("context", fmt.Sprintf("%d tables", len(tables)))
	q.Text = text
	draft, err := a.choose(ctx, q, tables, planner)
	if err != nil {
		return Draft{}, err
	}
	emit("plan", draft.Engine+": "+draft.Interpretation)
	return draft, nil
}

// choose picks the engine: the model when one is configured, the offline planner
// when it is asked for, when there is no model, or when the model is away.
func (a *Asker) choose(ctx context.Context, q aurora.Question, tables []aurora.Table, planner *planner) (Draft, error) {
	switch q.Engine {
	case aurora.EngineOffline:
		return planner.draft(ctx, q.Text)
	case aurora.EngineModel:
		if a.model == nil {
			return Draft{}, keyMissing()
		}
		return a.byModel(ctx, q, tables, planner)
	case aurora.EngineAuto, "":
	default:
		return Draft{}, aurora.Usage("unknown engine %q", "use auto, model or offline", q.Engine)
	}
	if a.model == nil {
		return planner.draft(ctx, q.Text)
	}
	draft, err := a.byModel(ctx, q, tables, planner)
	if err == nil || !away(err) {
		return draft, err
	}
	offline, offlineErr := planner.draft(ctx, q.Text)
	if offlineErr != nil {
		return Draft{}, err
	}
	offline.Notes = append(offline.Notes, "the model is away, so the offline planner answered: "+aurora.AsError(err).Title)
	return offline, nil
}

// away says whether an error means that the model cannot be had at the moment.
func away(err error) bool {
	var e *aurora.Error
	return errors.As(err, &e) && (e.Code == aurora.CodeModelAway || e.Code == aurora.CodeRateLimited || e.Code == aurora.CodeTimeout)
}

// planner makes an offline planner over the tables, with what is still fresh of
// the values and keys that earlier questions read.
func (a *Asker) planner(tables []aurora.Table) *planner {
	a.mu.Lock()
	defer a.mu.Unlock()
	print, now := fingerprint(tables), a.now()
	if a.memory == nil || a.print != print || now.Sub(a.since) > memoryFor || now.Before(a.since) {
		a.memory, a.print, a.since = newMemory(), print, now
	}
	if a.index == nil || !sameTables(a.tables, tables) {
		a.index, a.tables = newCatalog(tables), tables
	}
	return &planner{port: a.catalogue, catalog: a.index, memory: a.memory, now: now, source: tables}
}

// sameTables says whether an index made of some tables serves for others.
func sameTables(a, b []aurora.Table) bool {
	if len(a) != len(b) || fingerprint(a) != fingerprint(b) {
		return false
	}
	for i := range a {
		if a[i].Rows != b[i].Rows {
			return false
		}
	}
	return true
}

// steps emits stages with the time since the one before.
func (a *Asker) steps(progress func(aurora.Step)) func(name, summary string) {
	last := time.Now()
	return func(name, summary string) {
		now := time.Now()
		if progress != nil {
			progress(aurora.Step{Name: name, Summary: summary, ElapsedMS: float64(now.Sub(last).Microseconds()) / 1000})
		}
		last = now
	}
}

// normalise brings a question into the form every stage reads.
func normalise(text string) (string, error) {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u00a0':
			return ' '
		case r < ' ' || r == 0x7f || r == utf8.RuneError || r >= 0x200b && r <= 0x200f || r == 0xfeff:
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(norm.NFC.String(text))
	if text == "" {
		return "", &aurora.Error{Code: aurora.CodeQuestionEmpty, Title: "the question is empty", Detail: "there are no words in it", Hint: `ask something: aurora ask "how many rows are in …"`}
	}
	if n := utf8.RuneCountInString(text); n > maxQuestion {
		return "", &aurora.Error{Code: aurora.CodeQuestionTooLong, Title: "the question is too long", Detail: fmt.Sprintf("it has %d characters; %d are allowed", n, maxQuestion), Hint: "shorten the question, or write SQL: aurora sql"}
	}
	return text, nil
}
