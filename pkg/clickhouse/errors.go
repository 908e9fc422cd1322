package clickhouse

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// strangerError says that what answers on the port is not ClickHouse.
type strangerError struct {
	status int
	server string
}

func (e *strangerError) Error() string {
	if e.server == "" {
		return fmt.Sprintf("HTTP %d without any ClickHouse header", e.status)
	}
	return fmt.Sprintf("HTTP %d from %q", e.status, e.server)
}

// fault turns the error of a call into what a user can read. It is the only way an
// error leaves the package.
func (db *DB) fault(c *call, err error) error {
	if err == nil {
		return nil
	}
	if c != nil && c.ctx.Err() != nil {
		return ended(context.Cause(c.ctx), c)
	}
	var exception *clickhouse.Exception
	if errors.As(err, &exception) {
		return fromException(exception, err)
	}
	return db.fromTransport(err)
}

// ended is the error of a call whose context ended.
func ended(cause error, c *call) error {
	if !errors.Is(cause, errTimeLimit) {
		return fmt.Errorf("clickhouse: %w", cause)
	}
	return &aurora.Error{
		Code:   aurora.CodeTimeout,
		Title:  "the time limit ran out",
		Detail: fmt.Sprintf("ClickHouse had not finished after %s", c.limit),
		Hint:   "ask for less (a shorter time span, fewer columns), or allow more with --timeout",
		Err:    cause,
	}
}

// fromTransport is the error of a call that got no answer, or none of ClickHouse's.
func (db *DB) fromTransport(err error) error {
	var (
		known    *aurora.Error
		stranger *strangerError
		status   *clickhouse.HTTPError
	)
	switch {
	case errors.As(err, &known): // said where the address was looked up
		return known
	case errors.As(err, &stranger):
		return db.notClickHouse(stranger.Error(), err)
	case errors.As(err, &status):
		return db.fromStatus(status.StatusCode, err)
	case errors.Is(err, http.ErrSchemeMismatch):
		return db.notClickHouse("it speaks plain HTTP where https was asked for", err)
	}
	if detail, ok := unreachable(err); ok {
		return db.away(detail, err)
	}
	if answered(err) {
		return db.notClickHouse("it answers, but not as ClickHouse over HTTP does", err)
	}
	return &aurora.Error{
		Code:   aurora.CodeQueryFailed,
		Title:  "the answer of ClickHouse cannot be read",
		Detail: firstSentence(err.Error()),
		Hint:   "if a column has an unusual type, try toString(column); `aurora doctor` checks the connection",
		Err:    err,
	}
}

func (db *DB) fromStatus(status int, err error) error {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return refusedCredentials("", err)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return db.away(fmt.Sprintf("HTTP %d: it is not ready yet", status), err)
	}
	return db.notClickHouse(fmt.Sprintf("HTTP %d", status), err)
}

func (db *DB) away(detail string, err error) *aurora.Error {
	return &aurora.Error{
		Code:   aurora.CodeClickHouseAway,
		Title:  "cannot reach ClickHouse at " + db.host(),
		Detail: detail,
		Hint:   "aurora up",
		Err:    err,
	}
}

func (db *DB) notClickHouse(detail string, err error) *aurora.Error {
	return &aurora.Error{
		Code:   aurora.CodeClickHouseWrong,
		Title:  "what listens at " + db.host() + " is not ClickHouse's HTTP interface",
		Detail: detail,
		Hint:   "`aurora status` shows where the engine listens; check AURORA_CLICKHOUSE_URL",
		Err:    err,
	}
}

func refusedCredentials(detail string, err error) *aurora.Error {
	if detail == "" {
		detail = "the user or the password is wrong"
	}
	return &aurora.Error{
		Code:   aurora.CodeClickHouseAuth,
		Title:  "ClickHouse refused the credentials",
		Detail: detail,
		Hint:   "use the --data-dir the engine was started with; for a server of your own check its user and password",
		Err:    err,
	}
}

// unreachable says in words why there was no answer, if that is what err means.
func unreachable(err error) (string, bool) {
	var (
		dns *net.DNSError
		op  *net.OpError
	)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused; nothing listens on that port", true
	case errors.As(err, &dns):
		return "the host name is not known", true
	case errors.Is(err, clickhouse.ErrAcquireConnTimeout):
		return "no answer in time", true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), cut(err):
		return "the connection was cut before the answer was complete", true
	case errors.As(err, &op) && op.Timeout():
		return "no answer in time", true
	case errors.As(err, &op):
		return op.Err.Error(), true
	}
	return "", false
}

// cut says whether the other side ended the connection in the middle.
func cut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// answered says whether err came from the HTTP client reading a response it could not
// understand, rather than from the driver reading a body.
func answered(err error) bool {
	var (
		record tls.RecordHeaderError
		verify *tls.CertificateVerificationError
	)
	if errors.As(err, &record) || errors.As(err, &verify) {
		return true
	}
	var client interface{ Timeout() bool }
	return errors.As(err, &client) && !client.Timeout()
}

// fromException maps an exception of ClickHouse by its code.
func fromException(e *clickhouse.Exception, err error) error {
	kind, known := exceptions[e.Code]
	if !known {
		kind = exceptionKind{code: aurora.CodeQueryFailed, title: "ClickHouse refused the statement", hint: hintStatement}
	}
	if kind.code == aurora.CodeClickHouseAuth {
		return refusedCredentials("", err)
	}
	hint := kind.hint
	if guess := suggestion(e.Message); guess != "" {
		hint = "did you mean " + guess + "? " + hint
	}
	return &aurora.Error{
		Code:   kind.code,
		Title:  kind.title,
		Detail: fmt.Sprintf("%s (code %d)", firstSentence(e.Message), e.Code),
		Hint:   hint,
		Extra:  map[string]any{"clickhouse_code": int(e.Code)},
		Err:    err,
	}
}

// The ends of the useful part of an engine message.
var sentenceEnds = []string{
	" (version ", ", Stack trace", "\nStack trace", ". Stack trace", " In scope ", ": In scope ", ": While ", ". Maybe you meant", ": maybe you meant",
	". Expected one of", ": (at row ", ": (in query: ", ". Note: ", ", expected one of",
}

// firstSentence is the first sentence of an engine message, on one line and without
// version, stack and scope.
func firstSentence(message string) string {
	text := message
	for _, end := range sentenceEnds {
		if i := strings.Index(text, end); i > 0 {
			text = text[:i]
		}
	}
	if i := strings.Index(text, " in scope "); i > 0 {
		text = text[:i]
	}
	text = strings.TrimSpace(strings.TrimPrefix(text, "DB::Exception: "))
	if i := strings.LastIndex(text, " ("); i > 0 && strings.HasSuffix(text, ")") && isSymbol(text[i+2:len(text)-1]) {
		text = text[:i]
	}
	if i := strings.Index(text, ". "); i > 0 {
		text = text[:i]
	}
	const longest = 300
	text = strings.TrimRight(strings.Join(strings.Fields(text), " "), ".,: ")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}

// isSymbol says whether text is a symbolic error name like UNKNOWN_TABLE.
func isSymbol(text string) bool {
	return text != "" && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == ""
}

// suggestion is the name ClickHouse thinks was meant, or nothing.
func suggestion(message string) string {
	lower := strings.ToLower(message)
	i := strings.Index(lower, "maybe you meant")
	if i < 0 {
		return ""
	}
	rest := strings.TrimLeft(message[i+len("maybe you meant"):], ": [")
	end := strings.IndexAny(rest, "]?(")
	if end < 0 {
		return ""
	}
	return strings.TrimRight(strings.TrimSpace(rest[:end]), ".")
}
