package sqlguard

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// storageEngine are the engines that hold their own rows. Whatever reads from
// elsewhere (URL, File, S3, Kafka, MySQL, Merge, Buffer, Dictionary, Distributed, …)
// is not among them.
var storageEngine = regexp.MustCompile(`^(Replicated|Shared)?(Replacing|Summing|Aggregating|Collapsing|VersionedCollapsing|Graphite|Coalescing)?MergeTree$|^Memory$|^(Stripe|Tiny)?Log$`)

// readableTable says whether the table holds rows that may be read; a view is judged by its body.
func readableTable(t aurora.Table) bool {
	return !strings.HasPrefix(t.Name, ".") && (storageEngine.MatchString(t.Engine) || isView(t))
}

func isView(t aurora.Table) bool { return t.Engine == "View" || t.Engine == "MaterializedView" }

// resolve finds the table a name in the statement means, or refuses it. A table
// that does not exist and one that may not be read get the same answer.
func (w *walker) resolve(name string) (aurora.Table, error) {
	database, table, qualified := strings.Cut(name, ".")
	// A quoted name may itself hold the dot: if such a table exists, it is the one that
	// must be readable as well.
	if whole, ok := w.known.byName[name]; ok && qualified {
		if err := w.readable(whole); err != nil {
			return whole, err
		}
	}
	if !qualified {
		table = name
	} else if database != aurora.DataDatabase {
		return aurora.Table{}, w.tableRefused(name)
	}
	t, ok := w.known.byName[table]
	if !ok {
		return t, w.tableRefused(name)
	}
	return t, w.readable(t)
}

// readable refuses a table whose engine reads from elsewhere, and a view whose body would be refused.
func (w *walker) readable(t aurora.Table) error {
	if !readableTable(t) {
		return w.tableRefused(t.Name)
	}
	if !isView(t) || w.viewsChecked[t.Name] {
		return nil
	}
	if err := w.view(t); err != nil {
		return err
	}
	w.viewsChecked[t.Name] = true // only now: a view that was refused is refused again
	return nil
}

// tableRefused is the answer for every table that cannot be read.
func (w *walker) tableRefused(name string) error {
	readable := w.known.readable()
	hint := "no table can be read yet: `aurora connect topic NAME` makes one"
	if len(readable) > 0 {
		const shown = 8
		more := ""
		if len(readable) > shown {
			more = ", …"
		}
		hint = didYouMean(nearest(name[strings.LastIndexByte(name, '.')+1:], readable, 3),
			"tables you can use: "+strings.Join(readable[:min(shown, len(readable))], ", ")+more)
	}
	return refuse(RuleTable, "there is no table %s that may be read", clip(name)).
		because("Aurora answers from the tables of the database "+aurora.DataDatabase, hint).named(name)
}

// maxViews bounds how deep views may be built on views.
const maxViews = 8

// view checks the body of a view like a statement: what it reads must be readable too.
func (w *walker) view(t aurora.Table) error {
	body, target, ok := viewBody(t)
	if !ok || w.viewDepth >= maxViews {
		return w.tableRefused(t.Name)
	}
	if target != "" {
		if _, err := w.resolve(target); err != nil {
			return err
		}
	}
	var refused *refusal
	if err := w.checkBody(body); errors.As(err, &refused) {
		return w.tableRefused(t.Name)
	} else if err != nil {
		return err
	}
	return nil
}

// checkBody takes the steps from the canonical form on, for the body of a view.
func (w *walker) checkBody(body string) error {
	c, err := w.guard.format(w.ctx, body)
	if err != nil {
		return err
	}
	if len(placeholders(c.tokens)) > 0 {
		return refuse(RuleTable, "a view with parameters")
	}
	tree, err := w.guard.tree(w.ctx, c, aurora.Statement{SQL: c.text})
	if err != nil {
		return err
	}
	inner := newWalker(w.ctx, w.guard, c, w.known)
	inner.viewDepth, inner.viewsChecked = w.viewDepth+1, w.viewsChecked
	return inner.statement(tree)
}

// viewBody cuts the SELECT out of CREATE [MATERIALIZED] VIEW … AS SELECT …. The rows
// of a materialized view come from its target, or from an inner table of a storage engine.
func viewBody(t aurora.Table) (body, target string, ok bool) {
	tokens := significant(lex(t.DDL))
	depth := 0
	for i, tok := range tokens {
		switch {
		case tok.punct("("):
			depth++
		case tok.punct(")"):
			depth--
		case depth != 0 || i+1 >= len(tokens):
		case tok.is("TO") && t.Engine == "MaterializedView":
			target = tableName(tokens[i+1:])
		case tok.is("ENGINE") && i+2 < len(tokens):
			if !tokens[i+1].punct("=") || !storageEngine.MatchString(tokens[i+2].text) {
				return "", "", false
			}
		case tok.is("AS") && startsAsRead(tokens[i+1:]) == nil:
			return t.DDL[tokens[i+1].pos:], target, true
		}
	}
	return "", "", false
}

// tableName reads name or database.name.
func tableName(tokens []token) string {
	if len(tokens) > 2 && tokens[1].punct(".") {
		return tokens[0].name() + "." + tokens[2].name()
	}
	return tokens[0].name()
}

// walk is steps 7 and 8 over a tree.
func (g *Guard) walk(ctx context.Context, tree *node, c statement, known *tableSet) (findings, error) {
	w := newWalker(ctx, g, c, known)
	if err := w.statement(tree); err != nil {
		return findings{}, err
	}
	return w.findings(), nil
}
