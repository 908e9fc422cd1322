package ask

import (
	"context"
	"encoding/json"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Catalogue is what ask needs to know of the warehouse. Every call is bounded by
// its context, may be called concurrently, and reads only.
type Catalogue interface {
	// Tables lists the tables of the data database with their columns, comments,
	// sorting keys and row counts.
	Tables(ctx context.Context) ([]aurora.Table, error)
	// Values lists distinct values of a column, as text. It gives at most limit
	// values and may stop reading early; the caller takes fewer than limit as all.
	Values(ctx context.Context, table, column string, limit int) ([]string, error)
}

// Keyed is a Catalogue that can tell keys by itself. One that cannot is asked
// for the values of a column instead, which finds the keys of small tables only.
type Keyed interface {
	// Unique says whether no two rows of the table hold the same value in the
	// column. Reading is bounded: a table too large to check is not unique.
	Unique(ctx context.Context, table, column string) (bool, error)
}

// Model is a language model: one system text, one user text, one reply that
// should be JSON of the given schema. It retries what is worth a retry; its
// errors are *aurora.Error.
type Model interface {
	// Name is the name of the model, as shown in answers.
	Name() string
	// Complete gives the text of the model's reply.
	Complete(ctx context.Context, system, user string, schema json.RawMessage) (reply string, err error)
}
