package httpd

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	maxInsertHead = 256 << 10 // the statement of an INSERT must end within this
	maxStatement  = 1 << 20
	maxForm       = 4 << 20
	dataDatabase  = "aurora"
)

// request is one HTTP request, understood.
type request struct {
	http   *http.Request
	user   string
	id     string
	tag    string // names the statement inside the engine, to kill it
	values url.Values
	text   string // the statement; of an INSERT with data, without the data
	insert *insertion
	data   io.Reader // the data of the INSERT
	close  func()
}

func (s *Server) parse(r *http.Request, user string, values url.Values) (*request, error) {
	rq := &request{http: r, user: user, values: values, id: values.Get("query_id"), close: func() {}}
	if rq.id == "" {
		rq.id = newID()
	}
	rq.tag = fmt.Sprintf("%s%s:%d", tagPrefix, rq.id, s.serial.Add(1))
	kind := r.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(kind, "multipart/form-data"):
		return rq, rq.readForm()
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded") && !values.Has("query"):
		if handled, err := rq.readFields(); handled || err != nil {
			return rq, err
		}
	}
	return rq, rq.readBody()
}

// readForm takes query and parameters of form fields.
func (rq *request) readForm() error {
	reader, err := rq.http.MultipartReader()
	if err != nil {
		return badBody(err)
	}
	for {
		part, err := reader.NextPart()
		if err == io.EOF { //nolint:errorlint // a wrapped one means a form that was cut
			break
		}
		if err != nil {
			return badBody(err)
		}
		if part.FileName() != "" {
			return notImplemented("external tables are not supported by the embedded engine; insert the rows into a table instead")
		}
		value, err := io.ReadAll(io.LimitReader(part, maxForm))
		if err != nil {
			return badBody(err)
		}
		rq.values.Set(part.FormName(), string(value))
	}
	return rq.splitText(rq.values.Get("query"), bytes.NewReader(nil))
}

// readFields takes the query of url-encoded fields. curl's --data sends that
// content type with plain SQL, so a body without a query field is put back.
func (rq *request) readFields() (bool, error) {
	head := make([]byte, maxForm)
	n, ended, err := fill(rq.http.Body, head)
	if err != nil {
		return false, badBody(err)
	}
	if fields, err := url.ParseQuery(string(head[:n])); ended && err == nil && fields.Has("query") {
		for name, value := range fields {
			rq.values[name] = value
		}
		return true, rq.splitText(rq.values.Get("query"), bytes.NewReader(nil))
	}
	rq.http.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head[:n]), rq.http.Body), rq.http.Body}
	return false, nil
}

func (rq *request) readBody() error {
	body, done, err := openBody(rq.http, rq.values.Get("decompress") == "1")
	if err != nil {
		return err
	}
	rq.close = done
	return rq.splitText(rq.values.Get("query"), body)
}

// splitText finds statement and data in the query parameter and the body, which
// follow each other with a line break between.
func (rq *request) splitText(query string, body io.Reader) error {
	if ins, v := splitInsert(query); v == isInsert {
		if ins.data < len(query) {
			query += "\n"
		}
		rq.setInsert(query, ins, body)
		return nil
	}
	all := body
	if query != "" {
		all = io.MultiReader(strings.NewReader(query+"\n"), body)
	}
	head := make([]byte, maxInsertHead)
	n, ended, err := fill(all, head)
	if err != nil {
		return badBody(err)
	}
	text := string(head[:n])
	ins, v := splitInsert(text)
	if v == isInsert {
		rq.setInsert(text, ins, all)
		return nil
	}
	if v == cutInsert && !ended {
		return syntaxError(fmt.Sprintf("the statement of an INSERT must end within its first %d bytes", maxInsertHead))
	}
	rest, err := io.ReadAll(io.LimitReader(all, maxStatement))
	if err != nil {
		return badBody(err)
	}
	if len(rest) == maxStatement {
		return syntaxError(fmt.Sprintf("Max query size exceeded: a statement may have %d bytes", maxStatement))
	}
	rq.text = strings.TrimRight(text+string(rest), " \t\r\n")
	if first := (&lexer{text: rq.text}).next(); first.kind == kindEnd {
		return syntaxError("Syntax error: Empty query")
	}
	return nil
}

func (rq *request) setInsert(text string, ins insertion, rest io.Reader) {
	rq.text, rq.insert = ins.statement, &ins
	rq.data = io.MultiReader(strings.NewReader(text[ins.data:]), rest)
}

// database is the one a statement's bare names are looked up in. "default" is
// what clients ask for when they mean none; the engine's own database of that
// name shows files and is never used.
func (rq *request) database() string {
	name := rq.http.Header.Get("X-ClickHouse-Database")
	if name == "" {
		name = rq.values.Get("database")
	}
	if name == "" || name == "default" {
		return dataDatabase
	}
	return name
}

func (rq *request) defaultFormat() string {
	if format := rq.http.Header.Get("X-ClickHouse-Format"); format != "" {
		return format
	}
	if format := rq.values.Get("default_format"); format != "" {
		return format
	}
	return "TabSeparated"
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
