package httpd

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// helloQuery is what clickhouse-go asks first. The engine writes Native at
// revision 0; a client that hears "revision 0" here reads it so from then on.
const helloQuery = "SELECT displayName(), version(), revision(), timezone()"

func isHello(rq *request) bool {
	return rq.values.Get("client_protocol_version") != "" && rq.insert == nil && strings.HasPrefix(rq.text, helloQuery)
}

func (s *Server) hello(w http.ResponseWriter, rq *request, e *opened) error {
	out := newAnswer(w, rq, shape{format: "Native"})
	if err := out.write(helloBlock(displayName, e.version, e.timezone)); err != nil {
		return errWritten{err}
	}
	return out.close()
}

// helloBlock is the one block that is written at the client's own revision
// (54460): with block info, and with a custom-serialization byte per column.
func helloBlock(name, version, timezone string) []byte {
	b := []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 4, 1}
	text := func(column, value string) {
		b = appendText(b, column)
		b = appendText(b, "String")
		b = append(b, 0)
		b = appendText(b, value)
	}
	text("displayName()", name)
	text("version()", version)
	b = appendText(b, "revision()")
	b = appendText(b, "UInt32")
	b = append(b, 0, 0, 0, 0, 0)
	text("timezone()", timezone)
	return b
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

type column struct{ name, kind string }

// emptyBlock is a Native block of no rows. The engine writes nothing at all for
// an empty result, and a client would not learn the columns.
func emptyBlock(conn Conn, rq *request, shape shape) ([]byte, error) {
	columns, err := columnsOf(conn, rq, shape)
	if err != nil {
		return nil, err
	}
	b := binary.AppendUvarint(nil, uint64(len(columns)))
	b = append(b, 0)
	for _, c := range columns {
		b = appendText(appendText(b, c.name), c.kind)
	}
	return b, nil
}

func columnsOf(conn Conn, rq *request, shape shape) ([]column, error) {
	if shape.selects {
		return describe(conn, "DESCRIBE ("+shape.bare+"\n)", params(rq.values))
	}
	// SHOW and its like are cheap to run again with their header
	result, err := conn.Query(shape.bare, "JSONCompactEachRowWithNamesAndTypes", params(rq.values))
	if err != nil {
		return nil, err
	}
	defer result.Close()
	var names, kinds []string
	rows := json.NewDecoder(bytes.NewReader(result.Bytes()))
	if err := errors.Join(rows.Decode(&names), rows.Decode(&kinds)); err != nil || len(names) != len(kinds) {
		return nil, nil // a statement without a result has no columns
	}
	columns := make([]column, len(names))
	for i := range names {
		columns[i] = column{names[i], kinds[i]}
	}
	return columns, nil
}

func describe(conn Conn, sql string, params []Param) ([]column, error) {
	result, err := conn.Query(sql, "JSONCompactEachRow", params)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	var columns []column
	rows := json.NewDecoder(bytes.NewReader(result.Bytes()))
	for {
		var row []string
		err := rows.Decode(&row)
		if errors.Is(err, io.EOF) {
			return columns, nil
		}
		if err != nil || len(row) < 2 {
			return nil, fmt.Errorf("read the columns of an empty result: %w", errors.Join(err, errors.ErrUnsupported))
		}
		columns = append(columns, column{row[0], row[1]})
	}
}

var paramEscapes = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", `\0`)

// escapeParam writes a text as the value of a String parameter, which the engine
// reads as one field of a tab-separated line.
func escapeParam(text string) string { return paramEscapes.Replace(text) }
