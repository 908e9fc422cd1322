package clickhouse

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// The classes of the exception codes a write can end with. A code that is not here is
// [aurora.SinkUnknown].
var (
	retryCodes = []int32{
		3, 159, 198, 202, 203, 209, 210, 225, 236, 241, 242, 243, 279, 285, 286, 319, 394, 425, 439, 999,
	}
	schemaCodes   = []int32{10, 16, 33, 53}
	rowCodes      = []int32{6, 26, 27, 38, 41, 69, 70, 72, 117, 131, 321, 349, 407, 469, 691}
	pipelineCodes = []int32{44, 48, 60, 62, 81, 115, 164, 192, 193, 194, 218, 431, 497, 516}
)

// codeTooManyParts has two meanings: the table has too many parts (it heals by
// waiting), or one block has rows of too many partitions (it never does).
const codeTooManyParts = 252

// sinkClasses is the table of the codes, made once from the lists.
var sinkClasses = func() map[int32]aurora.SinkClass {
	classes := map[int32]aurora.SinkClass{}
	for class, codes := range map[aurora.SinkClass][]int32{
		aurora.SinkRetry: retryCodes, aurora.SinkSchema: schemaCodes, aurora.SinkRow: rowCodes, aurora.SinkPipeline: pipelineCodes,
	} {
		for _, code := range codes {
			classes[code] = class
		}
	}
	return classes
}()

// classOf gives the class of an exception. The text is read for code 252 only, which
// nothing else tells apart.
func classOf(code int32, message string) aurora.SinkClass {
	if code == codeTooManyParts {
		if strings.Contains(message, "partitions") {
			return aurora.SinkPipeline
		}
		return aurora.SinkRetry
	}
	if class, ok := sinkClasses[code]; ok {
		return class
	}
	return aurora.SinkUnknown
}

// sinkFault is fault for the delivery path: the error carries its class.
func (db *DB) sinkFault(c *call, err error) error {
	if err == nil {
		return nil
	}
	sink := &aurora.SinkError{Err: db.fault(c, err), Class: aurora.SinkRetry}
	var (
		exception *clickhouse.Exception
		status    *clickhouse.HTTPError
	)
	switch {
	case c.ctx.Err() != nil:
		// Nothing is known about the write; whether to try again is the caller's to say.
	case errors.As(err, &exception):
		sink.Class, sink.Number = classOf(exception.Code, exception.Message), int(exception.Code)
	case errors.As(err, &status) && status.StatusCode == http.StatusUnauthorized:
		sink.Class = aurora.SinkPipeline
	}
	return sink
}

// Class gives the class of an error of the delivery path. An error of another kind is
// [aurora.SinkRetry] if it is one of the connection and [aurora.SinkUnknown] otherwise.
func Class(err error) aurora.SinkClass {
	var sink *aurora.SinkError
	if errors.As(err, &sink) {
		return sink.Class
	}
	var known *aurora.Error
	if errors.As(err, &known) && known.ExitStatus() == aurora.ExitConnection {
		return aurora.SinkRetry
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return aurora.SinkRetry
	}
	return aurora.SinkUnknown
}

// Retryable says whether the same call may succeed later without anybody doing anything.
func Retryable(err error) bool { return err != nil && Class(err) == aurora.SinkRetry }
