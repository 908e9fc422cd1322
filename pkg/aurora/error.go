package aurora

import (
	"context"
	"errors"
	"fmt"
)

// Code is the stable, machine-readable name of a kind of error (snake_case).
type Code string

// The error codes. Each has an exit code in codeExits; a test keeps the two equal.
const (
	CodeInternal          Code = "internal"
	CodeUsage             Code = "usage"
	CodeConfigInvalid     Code = "config_invalid"
	CodeConfirmation      Code = "confirmation_required"
	CodeTimeout           Code = "timeout"
	CodeInterrupted       Code = "interrupted"
	CodeNotFound          Code = "not_found"
	CodeConflict          Code = "conflict"
	CodePermission        Code = "permission_denied"
	CodeStorageUnwritable Code = "storage_unwritable"
	CodeStorageFull       Code = "storage_full"
	CodePortTaken         Code = "port_taken"
	CodeLocked            Code = "locked"
	CodeStackNotRunning   Code = "stack_not_running"
	CodeStackUnhealthy    Code = "stack_unhealthy"
	CodePlatform          Code = "platform_unsupported"
	CodeLibraryMissing    Code = "engine_library_missing"
	CodeLibraryInvalid    Code = "engine_library_invalid"
	CodeLibraryInstall    Code = "engine_library_install"
	CodeEngineStart       Code = "engine_start"
	CodeClickHouseAway    Code = "clickhouse_unreachable"
	CodeClickHouseAuth    Code = "clickhouse_auth"
	CodeClickHouseWrong   Code = "clickhouse_not_clickhouse"
	CodeQueryFailed       Code = "query_failed"
	CodeTableUnknown      Code = "table_unknown"
	CodeColumnUnknown     Code = "column_unknown"
	CodeTableConflict     Code = "table_conflict"
	CodeKafkaAway         Code = "kafka_unreachable"
	CodeKafkaAuth         Code = "kafka_auth"
	CodeKafkaTLS          Code = "kafka_tls"
	CodeKafkaDenied       Code = "kafka_denied"
	CodeKafkaFailed       Code = "kafka_failed"
	CodePlaintextRefused  Code = "kafka_plaintext_refused"
	CodeTopicUnknown      Code = "topic_unknown"
	CodeTopicExists       Code = "topic_exists"
	CodeTopicEmpty        Code = "topic_empty"
	CodeTopicUnreadable   Code = "topic_unreadable"
	CodePipelineUnknown   Code = "pipeline_unknown"
	CodePipelineExists    Code = "pipeline_exists"
	CodeOffsetsMoved      Code = "offsets_moved"
	CodeIntentUnreadable  Code = "intent_unreadable"
	CodeOffsetGap         Code = "offset_gap"
	CodeMemberFenced      Code = "member_fenced"
	CodeGuardRefused      Code = "guard_refused"
	CodeQuestionEmpty     Code = "question_empty"
	CodeQuestionTooLong   Code = "question_too_long"
	CodeNotUnderstood     Code = "not_understood"
	CodeAmbiguous         Code = "ambiguous"
	CodeWriteRequest      Code = "write_request"
	CodeNoSchema          Code = "no_schema"
	CodeModelKeyMissing   Code = "model_key_missing"
	CodeModelAway         Code = "model_unreachable"
	CodeModelAuth         Code = "model_auth"
	CodeModelFailed       Code = "model_failed"
	CodeModelReply        Code = "model_reply_invalid"
	CodeUnauthorized      Code = "unauthorized"
	CodeForbidden         Code = "forbidden"
	CodeRateLimited       Code = "rate_limited"
)

// codeExits maps every code to the exit status of a command that ends with it.
var codeExits = map[Code]Exit{
	CodeInternal: ExitFailure, CodeUsage: ExitUsage, CodeConfigInvalid: ExitUsage,
	CodeConfirmation: ExitUsage, CodeTimeout: ExitTimeout, CodeInterrupted: ExitInterrupted,
	CodeNotFound: ExitFailure, CodeConflict: ExitFailure, CodePermission: ExitFailure,
	CodeStorageUnwritable: ExitFailure, CodeStorageFull: ExitFailure, CodePortTaken: ExitFailure,
	CodeLocked: ExitFailure, CodeStackNotRunning: ExitConnection, CodeStackUnhealthy: ExitFailure,
	CodePlatform: ExitFailure, CodeLibraryMissing: ExitFailure, CodeLibraryInvalid: ExitFailure,
	CodeLibraryInstall: ExitFailure, CodeEngineStart: ExitFailure,
	CodeClickHouseAway: ExitConnection, CodeClickHouseAuth: ExitAuth, CodeClickHouseWrong: ExitConnection,
	CodeQueryFailed: ExitFailure, CodeTableUnknown: ExitFailure, CodeColumnUnknown: ExitFailure,
	CodeTableConflict: ExitFailure,
	CodeKafkaAway:     ExitConnection, CodeKafkaAuth: ExitAuth, CodeKafkaTLS: ExitConnection,
	CodeKafkaDenied: ExitAuth, CodeKafkaFailed: ExitFailure, CodePlaintextRefused: ExitUsage,
	CodeTopicUnknown: ExitFailure, CodeTopicExists: ExitFailure, CodeTopicEmpty: ExitFailure,
	CodeTopicUnreadable: ExitFailure, CodePipelineUnknown: ExitFailure, CodePipelineExists: ExitUsage,
	CodeOffsetsMoved: ExitFailure, CodeIntentUnreadable: ExitFailure, CodeOffsetGap: ExitFailure,
	CodeMemberFenced: ExitFailure,
	CodeGuardRefused: ExitRefused, CodeQuestionEmpty: ExitUsage, CodeQuestionTooLong: ExitUsage,
	CodeNotUnderstood: ExitFailure, CodeAmbiguous: ExitFailure, CodeWriteRequest: ExitRefused,
	CodeNoSchema:        ExitFailure,
	CodeModelKeyMissing: ExitAuth, CodeModelAway: ExitConnection, CodeModelAuth: ExitAuth,
	CodeModelFailed: ExitFailure, CodeModelReply: ExitFailure,
	CodeUnauthorized: ExitAuth, CodeForbidden: ExitAuth, CodeRateLimited: ExitFailure,
}

// Error is the one error type a user sees. It is made where the knowledge is
// (the adapter that saw the refused connection), wrapped with %w on the way up,
// and shown by every face in three lines: what, why, next.
type Error struct {
	// Code names the kind of error.
	Code Code
	// Title says what failed, in one lower-case line without a full stop.
	Title string
	// Detail says why, as far as it is known.
	Detail string
	// Hint is what to do next; mostly a command. It is never empty.
	Hint string
	// Exit overrides the exit status of Code when it is not zero.
	Exit Exit
	// Extra holds facts for programs (refused words, suggestions, the rule); may be nil.
	Extra map[string]any
	// Err is the cause; may be nil.
	Err error
}

// Error gives the title and the detail in one line.
func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Title
	}
	return e.Title + ": " + e.Detail
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Why says why: the detail or, where the title says it all, what the exit status means.
func (e *Error) Why() string {
	if e.Detail != "" {
		return e.Detail
	}
	for _, m := range Exits() {
		if m.Exit == e.ExitStatus() {
			return m.Meaning
		}
	}
	return "unknown"
}

// ExitStatus is the exit status of a command that ends with this error.
func (e *Error) ExitStatus() Exit {
	if e.Exit != ExitOK {
		return e.Exit
	}
	if exit, ok := codeExits[e.Code]; ok {
		return exit
	}
	return ExitFailure
}

// Codes lists every error code with its exit status.
func Codes() map[Code]Exit {
	codes := make(map[Code]Exit, len(codeExits))
	for code, exit := range codeExits {
		codes[code] = exit
	}
	return codes
}

// AsError gives the Error inside err. Any other error becomes one of code
// [CodeTimeout], [CodeInterrupted] or [CodeInternal], so that a face never has
// to print an error without a hint. It gives nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	switch {
	case errors.As(err, &e):
		if e.Error() == err.Error() {
			return e
		}
		outer := *e
		outer.Err = err
		return &outer
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: CodeTimeout, Title: "the time limit ran out", Detail: err.Error(), Hint: "try again with a longer --timeout", Err: err}
	case errors.Is(err, context.Canceled):
		return &Error{Code: CodeInterrupted, Title: "interrupted", Hint: "run the command again when you are ready", Err: err}
	}
	return &Error{Code: CodeInternal, Title: "unexpected error", Detail: err.Error(), Hint: "run `aurora doctor`; if all is well there, please report this", Err: err}
}

// Usage makes an error of wrong usage.
func Usage(title, hint string, args ...any) *Error {
	return &Error{Code: CodeUsage, Title: fmt.Sprintf(title, args...), Hint: hint}
}

// Problem is an error in the form of application/problem+json (RFC 9457), as
// the REST API answers it and as `-o json` prints it.
type Problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status,omitempty"`
	Detail    string         `json:"detail,omitempty"`
	Code      Code           `json:"code"`
	Hint      string         `json:"hint"`
	RequestID string         `json:"request_id,omitempty"`
	Extra     map[string]any `json:"extra,omitempty"`
}

// Problem gives the problem document of the error.
func (e *Error) Problem() Problem {
	return Problem{Type: "urn:aurora:problem:" + string(e.Code), Title: e.Title, Detail: e.Detail, Code: e.Code, Hint: e.Hint, Extra: e.Extra}
}
