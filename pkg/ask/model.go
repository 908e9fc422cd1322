package ask

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// maxCalls is how often a model is called for one question: once, and twice to
// mend a mechanical fault.
const maxCalls = 3

// Confidence of a model's statement: its own, and when the offline planner reads
// the question the same way or another.
const (
	modelConfidence   = 0.70
	modelAgreement    = 0.90
	modelDisagreement = 0.50
)

// Named is a Model that can be asked under another name.
type Named interface {
	// CompleteAs is Complete by the model of that name.
	CompleteAs(ctx context.Context, model, system, user string, schema json.RawMessage) (reply string, err error)
}

// conversation is what a draft remembers so that its statement can be mended.
type conversation struct {
	question string
	model    string
	user     string
	reply    string
	calls    int
	tables   []aurora.Table
	planner  *planner
}

// byModel asks the model for a statement.
func (a *Asker) byModel(ctx context.Context, q aurora.Question, tables []aurora.Table, p *planner) (Draft, error) {
	talk := &conversation{question: q.Text, model: q.Model, user: p.userPrompt(q.Text), tables: tables, planner: p}
	draft, err := a.converse(ctx, talk, talk.user)
	if err != nil {
		return Draft{}, err
	}
	p.compare(ctx, q.Text, &draft)
	return draft, nil
}

// converse calls the model until its reply can be used, at most maxCalls times.
func (a *Asker) converse(ctx context.Context, talk *conversation, user string) (Draft, error) {
	for {
		text, err := a.complete(ctx, talk, user)
		if err != nil {
			return Draft{}, err
		}
		talk.calls++
		talk.reply = text
		r, fault := readReply(text)
		if fault == nil && r.Outcome == "sql" {
			if found := inlined(talk.question, r.SQL); len(found) > 0 {
				fault = fmt.Errorf("these values of the question stand in the SQL and must be parameters: %s", strings.Join(found, ", "))
			}
		}
		if fault == nil {
			return a.fromReply(ctx, talk, r)
		}
		if talk.calls >= maxCalls-1 { // the last call is kept for a fault the engine finds
			return Draft{}, replyInvalid(fault)
		}
		user = retryPrompt(talk.user, text, fault.Error(), "")
	}
}

func (a *Asker) complete(ctx context.Context, talk *conversation, user string) (string, error) {
	if named, ok := a.model.(Named); ok && talk.model != "" {
		return named.CompleteAs(ctx, talk.model, systemPrompt, user, replySchema)
	}
	return a.model.Complete(ctx, systemPrompt, user, replySchema)
}

func (a *Asker) modelName(talk *conversation) string {
	if _, ok := a.model.(Named); ok && talk.model != "" {
		return talk.model
	}
	return a.model.Name()
}

// fromReply turns a checked reply into a draft, or into the refusal it stands for.
func (a *Asker) fromReply(ctx context.Context, talk *conversation, r reply) (Draft, error) {
	switch r.Outcome {
	case "refuse":
		why := "the model says that the tables do not hold what is asked for"
		if len(r.Missing) > 0 {
			why = "the tables do not hold: " + strings.Join(r.Missing, ", ")
		}
		return Draft{}, notUnderstood(r.Missing, why, nil, talk.planner.suggest(ctx, talk.question))
	case "clarify":
		return Draft{}, ambiguous("the model asks back", r.Clarify[:min(3, len(r.Clarify))])
	}
	return Draft{
		Statement: r.statement(), Interpretation: r.interpretation(), Assumptions: orEmpty(r.Assumptions),
		Tables: tablesOf(r.SQL, talk.tables), Engine: "model:" + a.modelName(talk), Confidence: modelConfidence, talk: talk,
	}, nil
}

// Repair gives the model the mechanical fault that its statement met and takes a
// better one. It gives back the fault when the draft is not a model's, or when
// the calls for this question are used up. A refusal for safety must not be
// brought here.
func (a *Asker) Repair(ctx context.Context, _ aurora.Question, d Draft, cause error) (Draft, error) {
	if d.talk == nil || a.model == nil || d.talk.calls >= maxCalls {
		return Draft{}, cause
	}
	fault := aurora.AsError(cause).Error()
	user := retryPrompt(d.talk.user, d.talk.reply, fault, d.talk.planner.nearTo(d.Statement.SQL, fault))
	talk := *d.talk
	text, err := a.complete(ctx, &talk, user)
	if err != nil {
		return Draft{}, err
	}
	talk.calls++
	talk.reply = text
	r, err := readReply(text)
	if err != nil {
		return Draft{}, replyInvalid(err)
	}
	if found := inlined(talk.question, r.SQL); len(found) > 0 {
		return Draft{}, replyInvalid(fmt.Errorf("values of the question stand in the SQL: %s", strings.Join(found, ", ")))
	}
	draft, err := a.fromReply(ctx, &talk, r)
	if err != nil {
		return Draft{}, err
	}
	draft.Notes = append(slices.Clone(d.Notes), "the model mended its statement: "+firstLine(fault))
	return draft, nil
}

func replyInvalid(cause error) error {
	return &aurora.Error{
		Code: aurora.CodeModelReply, Title: "the model's reply cannot be used", Detail: cause.Error(),
		Hint: "ask again, choose another model with --model, or ask with --offline", Err: cause,
	}
}

// compare reads the question offline too, which takes milliseconds: where both
// agree the statement is surer, and where they differ the answer says so.
func (p *planner) compare(ctx context.Context, question string, d *Draft) {
	v, err := p.read(ctx, question)
	if err != nil || !clear(v, answerFrom) {
		return
	}
	other := v.candidates[0].draft()
	mine, theirs := slices.Sorted(slices.Values(d.Tables)), slices.Sorted(slices.Values(other.Tables))
	if slices.Equal(mine, theirs) {
		d.Confidence = modelAgreement
		return
	}
	d.Confidence = modelDisagreement
	d.Notes = append(d.Notes, "the offline planner reads it otherwise: "+other.Interpretation)
}
