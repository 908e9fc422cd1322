package httpd

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// exception is an error with ClickHouse's code and name, as clients expect it.
type exception struct {
	code    int
	name    string
	message string
}

func (e *exception) Error() string {
	return fmt.Sprintf("Code: %d. DB::Exception: %s. (%s)", e.code, e.message, e.name)
}

func syntaxError(message string) error { return &exception{62, "SYNTAX_ERROR", message} }
func notImplemented(message string) error {
	return &exception{48, "NOT_IMPLEMENTED", message}
}
func readOnly(message string) error { return &exception{164, "READONLY", message} }
func badBody(err error) error {
	return &exception{1000, "POCO_EXCEPTION", "the request body ended badly, no row of it was stored: " + err.Error()}
}

var authFailed = &exception{
	516, "AUTHENTICATION_FAILED",
	"Authentication failed: password is incorrect, or there is no user with such name; the users are writer and reader, their passwords are in the run folder of the stack",
}

// codeOfText is the code at the head of an error text of the engine. The engine
// gives errors as text only.
var codeOfText = regexp.MustCompile(`^(?:std::exception\. )?Code: (\d+)`)

func codeOf(err error) int {
	var e *exception
	if errors.As(err, &e) {
		return e.code
	}
	if m := codeOfText.FindStringSubmatch(err.Error()); m != nil {
		if code, err := strconv.Atoi(m[1]); err == nil {
			return code
		}
	}
	return 1002 // UNKNOWN_EXCEPTION
}

// statusOf is the HTTP status that ClickHouse gives for an error code.
func statusOf(code int) int {
	switch code {
	case 516, 192, 193, 194:
		return http.StatusUnauthorized
	case 497, 291, 164:
		return http.StatusForbidden
	case 60, 81, 46, 47, 16, 63, 36:
		return http.StatusNotFound
	case 62, 6, 26, 27, 38, 41, 53, 72, 456, 457:
		return http.StatusBadRequest
	case 159:
		return http.StatusRequestTimeout
	case 48:
		return http.StatusNotImplemented
	case 202:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// textOf is the error as the client reads it: one that ends with the version,
// because clients look for it.
func (s *Server) textOf(err error) string {
	text := strings.TrimRight(err.Error(), "\n")
	if codeOf(err) == 1002 && !strings.HasPrefix(text, "Code:") {
		text = (&exception{1002, "UNKNOWN_EXCEPTION", text}).Error()
	}
	if !strings.Contains(text, "(version ") {
		text += " (version " + s.version() + ")"
	}
	return text
}

// fail answers with an error; nothing may have been written yet.
func (s *Server) fail(w http.ResponseWriter, err error) {
	code := codeOf(err)
	h := w.Header()
	h.Del("Content-Encoding")
	h.Del("X-ClickHouse-Exception-Tag")
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(code))
	if code == authFailed.code {
		h.Set("WWW-Authenticate", `Basic realm="aurora"`)
	}
	w.WriteHeader(statusOf(code))
	_, _ = w.Write([]byte(s.textOf(err) + "\n"))
}

// maxFrame is the most a client reads of an exception in the middle of a body.
const maxFrame = 16 << 10

// frame is an exception in the middle of a body: the status is 200 already.
func (s *Server) frame(err error, tag string) []byte {
	text := s.textOf(err)
	if limit := maxFrame - 256; len(text) > limit {
		text = text[:limit]
	}
	return fmt.Appendf(nil, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", tag, text, len(text)+1, tag)
}
