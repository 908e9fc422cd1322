package server

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Problem is an error as application/problem+json (RFC 9457). It never holds
// the value that was refused, a path of this machine, or a connection string.
type Problem struct {
	aurora.Problem
	Instance string `json:"instance,omitempty" doc:"The path of the request."`
	// Errors says which parts of a request do not fit the schema.
	Errors []FieldError `json:"errors,omitempty" doc:"Which parts of the request do not fit."`

	retryAfter time.Duration
}

// FieldError says where a request does not fit its schema, and why. It has no
// field for the value: that may be a secret in the wrong place.
type FieldError struct {
	Location string `json:"location,omitempty"`
	Message  string `json:"message"`
}

// Error gives the title and the detail in one line.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Title + ": " + p.Detail
}

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders tells the client when trying again is sensible.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if seconds := int(p.retryAfter.Seconds()); seconds > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds))
	}
	return h
}

// ContentType gives the media type of a problem.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// statuses maps error codes to HTTP statuses; any other code is a 500.
var statuses = map[aurora.Code]int{
	aurora.CodeUsage:            http.StatusUnprocessableEntity,
	aurora.CodeConfigInvalid:    http.StatusUnprocessableEntity,
	aurora.CodeConfirmation:     http.StatusUnprocessableEntity,
	aurora.CodeGuardRefused:     http.StatusUnprocessableEntity,
	aurora.CodeWriteRequest:     http.StatusUnprocessableEntity,
	aurora.CodeQuestionEmpty:    http.StatusUnprocessableEntity,
	aurora.CodeQuestionTooLong:  http.StatusUnprocessableEntity,
	aurora.CodeNotUnderstood:    http.StatusUnprocessableEntity,
	aurora.CodeAmbiguous:        http.StatusUnprocessableEntity,
	aurora.CodeNoSchema:         http.StatusUnprocessableEntity,
	aurora.CodeTableUnknown:     http.StatusUnprocessableEntity,
	aurora.CodeColumnUnknown:    http.StatusUnprocessableEntity,
	aurora.CodeModelKeyMissing:  http.StatusUnprocessableEntity,
	aurora.CodeNotFound:         http.StatusNotFound,
	aurora.CodePipelineUnknown:  http.StatusNotFound,
	aurora.CodeTopicUnknown:     http.StatusNotFound,
	aurora.CodeConflict:         http.StatusConflict,
	aurora.CodeTableConflict:    http.StatusConflict,
	aurora.CodePipelineExists:   http.StatusConflict,
	aurora.CodeTopicExists:      http.StatusConflict,
	aurora.CodeUnauthorized:     http.StatusUnauthorized,
	aurora.CodeForbidden:        http.StatusForbidden,
	aurora.CodePermission:       http.StatusForbidden,
	aurora.CodeRateLimited:      http.StatusTooManyRequests,
	aurora.CodeTimeout:          http.StatusGatewayTimeout,
	aurora.CodeInterrupted:      499, // the client closed the request; nobody reads this
	aurora.CodeClickHouseAway:   http.StatusServiceUnavailable,
	aurora.CodeStackNotRunning:  http.StatusServiceUnavailable,
	aurora.CodeStackUnhealthy:   http.StatusServiceUnavailable,
	aurora.CodeEngineStart:      http.StatusServiceUnavailable,
	aurora.CodeKafkaAway:        http.StatusServiceUnavailable,
	aurora.CodeModelAway:        http.StatusServiceUnavailable,
	aurora.CodeClickHouseAuth:   http.StatusBadGateway,
	aurora.CodeClickHouseWrong:  http.StatusBadGateway,
	aurora.CodeQueryFailed:      http.StatusBadGateway,
	aurora.CodeKafkaAuth:        http.StatusBadGateway,
	aurora.CodeKafkaTLS:         http.StatusBadGateway,
	aurora.CodeKafkaDenied:      http.StatusBadGateway,
	aurora.CodeKafkaFailed:      http.StatusBadGateway,
	aurora.CodeModelAuth:        http.StatusBadGateway,
	aurora.CodeModelFailed:      http.StatusBadGateway,
	aurora.CodeModelReply:       http.StatusBadGateway,
	aurora.CodeMemberFenced:     http.StatusConflict,
	aurora.CodePlaintextRefused: http.StatusUnprocessableEntity,
}

// problemOf turns any error into a problem. An error without a code is a
// surprise: its text goes to the log only.
func problemOf(ctx context.Context, err error) *Problem {
	var known *Problem
	if errors.As(err, &known) {
		return known
	}
	e := aurora.AsError(err)
	p := &Problem{Problem: e.Problem()}
	p.Status = http.StatusInternalServerError
	if status, ok := statuses[e.Code]; ok {
		p.Status = status
	}
	if e.Code == aurora.CodeInternal {
		p.Detail = "the log of the server has more under this request id"
	}
	if p.Status == http.StatusServiceUnavailable {
		p.retryAfter = 5 * time.Second
	}
	p.Detail, p.Hint = scrub(p.Detail), scrub(p.Hint)
	return p.from(ctx)
}

func (p *Problem) from(ctx context.Context) *Problem {
	info := requestOf(ctx)
	p.Instance, p.RequestID = info.path, info.id
	return p
}

var (
	urlCredentials = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/@"']*@`)
	urlQuery       = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://[^\s"'?]+)\?[^\s"']*`)
	// machinePath finds paths below the usual roots of a file system. It is the last
	// wall only: adapters keep paths out of what a remote user may see.
	machinePath = regexp.MustCompile(`(^|[\s"'(=:])/(?:home|root|var|tmp|etc|usr|opt|srv|mnt|data|private|Users|proc|run)(?:/[^\s"'():,;]*)+`)
)

// scrub removes credentials and paths of this machine from a text for a client.
func scrub(text string) string {
	text = urlCredentials.ReplaceAllString(text, "$1")
	text = urlQuery.ReplaceAllString(text, "$1")
	return machinePath.ReplaceAllString(text, "$1<path>")
}

// installProblems makes huma answer its own refusals as problems of ours. huma
// keeps the maker of errors in a variable of its package, so it is set once.
var installProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return refusal(context.Background(), status, message, errs...)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		if ctx == nil {
			return refusal(context.Background(), status, message, errs...)
		}
		return refusal(ctx.Context(), status, message, errs...)
	}
})

// refusal is a problem that the HTTP layer itself found.
func refusal(ctx context.Context, status int, message string, errs ...error) *Problem {
	code, title, hint := refusalWords(status)
	p := &Problem{Problem: aurora.Problem{
		Type: "urn:aurora:problem:" + string(code), Status: status, Title: title, Detail: scrub(message), Code: code, Hint: hint,
	}}
	if status >= http.StatusInternalServerError {
		p.Detail = "the log of the server has more under this request id"
		return p.from(ctx)
	}
	for _, err := range errs {
		if err != nil {
			p.Errors = append(p.Errors, fieldError(err))
		}
	}
	return p.from(ctx)
}

func refusalWords(status int) (code aurora.Code, title, hint string) {
	const spec = "compare the request with /api/v1/openapi.yaml"
	switch status {
	case http.StatusBadRequest:
		return aurora.CodeUsage, "the request cannot be read", "send one JSON object; " + spec
	case http.StatusUnprocessableEntity:
		return aurora.CodeUsage, "the request does not fit", "correct the fields listed in errors; " + spec
	case http.StatusRequestEntityTooLarge:
		return aurora.CodeUsage, "the request is too large", "send at most 1 MiB"
	case http.StatusUnsupportedMediaType:
		return aurora.CodeUsage, "the media type is not supported", "send application/json"
	case http.StatusNotFound:
		return aurora.CodeNotFound, "no such resource", spec
	case http.StatusMethodNotAllowed:
		return aurora.CodeUsage, "the method is not allowed here", spec
	case http.StatusForbidden:
		return aurora.CodeForbidden, "the request is not allowed", "open the server under the address that `aurora serve` prints"
	case http.StatusUnauthorized:
		return aurora.CodeUnauthorized, "sign in first", "open the link that `aurora serve --print-url` prints, or send the token as a bearer token"
	case http.StatusTooManyRequests:
		return aurora.CodeRateLimited, "too many attempts", "wait a minute, then try again"
	}
	if status < http.StatusInternalServerError {
		return aurora.CodeUsage, strings.ToLower(http.StatusText(status)), spec
	}
	return aurora.CodeInternal, "unexpected error", "look at the log of the server; `aurora doctor` checks the rest"
}

// fieldError keeps the place and the kind of a fault and drops the value.
func fieldError(err error) FieldError {
	var detail huma.ErrorDetailer
	if !errors.As(err, &detail) {
		return FieldError{Message: "does not fit the schema"}
	}
	d := detail.ErrorDetail()
	message := d.Message
	// The messages of the JSON decoder quote what they met, and name Go types.
	if strings.HasPrefix(message, "json:") || strings.HasPrefix(message, "invalid character") || strings.HasPrefix(message, "unexpected end") {
		message = "is not the JSON that is expected"
	}
	return FieldError{Location: d.Location, Message: message}
}
