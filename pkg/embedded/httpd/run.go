package httpd

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxWhole bounds a result that must be held in memory as a whole, unless the
// client asked for another bound.
const maxWhole = 512_000_000

// copyLimit is how much of an unread body is swallowed before an error is sent,
// so that the client reads the error instead of a broken connection.
const copyLimit = 64 << 20

// insertPiece is the size of the pieces in which data reaches the engine.
const insertPiece = 1 << 20

// errWritten marks an error that the client has been told of in the body.
type errWritten struct{ error }

func (e errWritten) Unwrap() error { return e.error }

func isWritten(err error) bool {
	var w errWritten
	return errors.As(err, &w)
}

// insertData hands the body to the engine piece by piece. A body that was cut
// stores nothing.
func (s *Server) insertData(w http.ResponseWriter, rq *request, conn Conn) error {
	if rq.user != Writer {
		return readOnly("Cannot execute query in readonly mode")
	}
	insert, err := conn.Insert(rq.text, rq.insert.format, params(rq.values))
	if err != nil {
		_, _ = io.CopyN(io.Discard, rq.http.Body, copyLimit)
		return err
	}
	buffer := make([]byte, insertPiece)
	for ended := false; !ended; {
		var n int
		if n, ended, err = fill(rq.data, buffer); err != nil {
			insert.Cancel()
			return badBody(err)
		}
		if _, err = insert.Write(buffer[:n]); err != nil {
			break // Done tells why
		}
	}
	stats, doneErr := insert.Done()
	if doneErr != nil {
		err = doneErr
	}
	if err != nil {
		_, _ = io.CopyN(io.Discard, rq.http.Body, copyLimit)
		return err
	}
	w.Header().Set("X-ClickHouse-Summary", summary(stats))
	return nil
}

// run executes any other statement.
func (s *Server) run(w http.ResponseWriter, rq *request, conn Conn) error {
	shape := shapeOf(rq.text)
	analysis, err := s.admit(rq, conn, shape)
	if err != nil {
		return err
	}
	ctx, cancel := rq.context()
	defer cancel()
	done := s.watch(ctx, rq)
	defer done()
	out := newAnswer(w, rq, shape)
	if analysis.ReadOnly && shape.selects && canStream(out.format) && rq.values.Get("wait_end_of_query") != "1" {
		return s.stream(out, rq, conn, shape)
	}
	return s.whole(out, rq, conn, shape, analysis)
}

// context ends when the client goes away; for a reader also when the time limit
// has passed without the engine noticing.
func (rq *request) context() (context.Context, context.CancelFunc) {
	ctx := rq.http.Context()
	if rq.user != Reader {
		return context.WithCancel(ctx)
	}
	seconds := readerLimits[0].clamp(rq.values.Get(readerLimits[0].name))
	limit := time.Duration(seconds)*time.Second + 500*time.Millisecond
	return context.WithTimeout(ctx, limit)
}

// admit refuses what must not reach the engine: several statements at once, the
// clauses that touch files of this process, and for the reader all but reading.
func (s *Server) admit(rq *request, conn Conn, shape shape) (Analysis, error) {
	analysis, err := conn.Classify(rq.text)
	if err != nil {
		return analysis, err
	}
	switch {
	case analysis.Count > 1:
		return analysis, syntaxError("Syntax error (Multi-statements are not allowed)")
	case shape.files:
		return analysis, readOnly("INTO OUTFILE and FROM INFILE are not allowed over HTTP")
	case rq.user == Writer || analysis.ReadOnly && analysis.Count == 1:
		return analysis, nil
	case analysis.Unknown:
		return analysis, s.explainSyntax(rq, conn)
	}
	return analysis, readOnly("Cannot execute query in readonly mode: the reader may only read")
}

// explainSyntax gives the engine's own words on a text it cannot parse, without
// giving it the text as a statement.
func (s *Server) explainSyntax(rq *request, conn Conn) error {
	err := discard(conn.Query("SELECT formatQuerySingleLine({q:String})", "Null", []Param{{"q", escapeParam(rq.text)}}))
	if err != nil {
		return err
	}
	return readOnly("Cannot execute query in readonly mode: the reader may only read")
}

// whole runs a statement whose result cannot be sent in pieces.
func (s *Server) whole(out *answer, rq *request, conn Conn, shape shape, analysis Analysis) error {
	if rq.user == Writer && analysis.ReadOnly && !rq.values.Has("max_result_bytes") && !rq.values.Has("readonly") && rq.http.Method == http.MethodPost {
		if err := discard(conn.Query("SET max_result_bytes="+strconv.Itoa(maxWhole), "Null", nil)); err != nil {
			return err
		}
	}
	result, err := conn.Query(rq.text, out.format, params(rq.values))
	if err != nil {
		return err
	}
	defer result.Close()
	out.setSummary(result.Stats())
	body := result.Bytes()
	if len(body) == 0 && analysis.ReadOnly && out.format == "Native" {
		if body, err = emptyBlock(conn, rq, shape); err != nil {
			return err
		}
	}
	if err := out.write(body); err != nil {
		return errWritten{err}
	}
	return out.close()
}

// stream sends the result of a SELECT block by block.
func (s *Server) stream(out *answer, rq *request, conn Conn, shape shape) error {
	stream, err := conn.Stream(rq.text, out.format, params(rq.values))
	if err != nil {
		return err
	}
	defer stream.Close()
	piece, stats, err := stream.Next()
	if err != nil {
		return err
	}
	out.setSummary(stats)
	out.setTag()
	if len(piece) == 0 {
		return s.empty(out, rq, conn, stream, shape)
	}
	for len(piece) > 0 {
		if err := out.write(piece); err != nil {
			return errWritten{err} // the client is gone; Close cancels the statement
		}
		if piece, _, err = stream.Next(); err != nil {
			return errWritten{errors.Join(err, out.fail(s.frame(err, out.tag)))}
		}
	}
	return out.close()
}

// empty answers with no rows; in Native a client still learns the columns.
func (s *Server) empty(out *answer, rq *request, conn Conn, stream Stream, shape shape) error {
	if out.format != "Native" {
		return out.close()
	}
	stream.Close()
	block, err := emptyBlock(conn, rq, shape)
	if err != nil {
		return err
	}
	if err := out.write(block); err != nil {
		return errWritten{err}
	}
	return out.close()
}
