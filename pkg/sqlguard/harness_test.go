package sqlguard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/test/enginetest"
)

// engine speaks to a real engine over HTTP; it is the Parser and the Catalogue of the tests.
type engine struct {
	base           string
	writer, reader credentials
}

type credentials struct{ user, password string }

// startEngine gives a real engine of its own, or skips.
func startEngine(tb testing.TB) *engine {
	tb.Helper()
	e := enginetest.Start(tb, enginetest.Environ("AURORA_TEST_SECRET="+canarySecret))
	return &engine{
		base:   e.URL,
		writer: credentials{e.WriterUser, e.WriterPassword},
		reader: credentials{e.ReaderUser, e.ReaderPassword},
	}
}

// call runs a statement and gives the answer in the format.
func (e *engine) call(ctx context.Context, as credentials, format, sql string, params []aurora.Param) (string, error) {
	query := url.Values{"default_format": {format}, "database": {aurora.DataDatabase}}
	for _, p := range params {
		query.Set("param_"+p.Name, paramText(p))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.base+"/?"+query.Encode(), strings.NewReader(sql))
	if err != nil {
		return "", err
	}
	request.SetBasicAuth(as.user, as.password)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", &aurora.Error{Code: aurora.CodeQueryFailed, Title: "the engine refused", Detail: string(body), Hint: "-",
			Extra: map[string]any{"clickhouse_code": response.Header.Get("X-ClickHouse-Exception-Code")}, Err: fmt.Errorf("%s", body)}
	}
	return string(body), nil
}

// paramText writes a parameter as it travels over HTTP: escaped, but for containers and NULL.
func paramText(p aurora.Param) string {
	if p.Value == nullText && strings.Contains(p.Type, "Nullable") || strings.HasPrefix(p.Type, "Array") || strings.HasPrefix(p.Type, "Tuple") || strings.HasPrefix(p.Type, "Map") {
		return p.Value
	}
	return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(p.Value)
}

// Format implements Parser.
func (e *engine) Format(ctx context.Context, sql string) (string, error) {
	text, err := e.call(ctx, e.reader, "TSVRaw", "SELECT formatQuerySingleLine({q:String})", []aurora.Param{{Name: "q", Type: "String", Value: sql}})
	return strings.TrimSuffix(text, "\n"), err
}

// ExplainAST implements Parser.
func (e *engine) ExplainAST(ctx context.Context, s aurora.Statement) (string, error) {
	text, err := e.call(ctx, e.reader, "TSVRaw", "EXPLAIN AST "+s.SQL, s.Params)
	return strings.TrimSuffix(text, "\n"), err
}

// lines runs a statement as the writer and gives the lines of the answer.
func (e *engine) lines(tb testing.TB, sql string) []string {
	tb.Helper()
	text, err := e.call(tb.Context(), e.writer, "TSVRaw", sql, nil)
	if err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// Tables implements Catalogue.
func (e *engine) Tables(ctx context.Context) ([]aurora.Table, error) {
	const list = `SELECT t.name AS name, t.engine AS engine, t.create_table_query AS ddl, groupArray(c.name) AS columns FROM system.tables AS t
		LEFT JOIN (SELECT table, name FROM system.columns WHERE database = 'aurora' ORDER BY table, position) AS c ON c.table = t.name
		WHERE t.database = 'aurora' GROUP BY ALL ORDER BY t.name`
	text, err := e.call(ctx, e.writer, "JSONEachRow", list, nil)
	if err != nil {
		return nil, err
	}
	var tables []aurora.Table
	decoder := json.NewDecoder(strings.NewReader(text))
	for decoder.More() {
		row := map[string]json.RawMessage{}
		var t aurora.Table
		var columns []string
		if err := errors.Join(decoder.Decode(&row), json.Unmarshal(row["name"], &t.Name), json.Unmarshal(row["engine"], &t.Engine),
			json.Unmarshal(row["ddl"], &t.DDL), json.Unmarshal(row["columns"], &columns)); err != nil {
			return nil, err
		}
		t.Database = aurora.DataDatabase
		for _, c := range columns {
			t.Columns = append(t.Columns, aurora.Column{Name: c})
		}
		tables = append(tables, t)
	}
	return tables, nil
}
