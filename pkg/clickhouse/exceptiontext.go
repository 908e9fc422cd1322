package clickhouse

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// exceptionMark frames an exception that was found after the headers had been sent.
const exceptionMark = "__exception__\r\n"

// exceptionStart begins the text of an exception.
var exceptionStart = regexp.MustCompile(`Code:\s*(\d+)\.\s*`)

// readException finds an exception in the answer to an insert: by the code of its
// header, or else in the frame of a late one. It gives nil where there is none. (The
// driver does this for its own requests, but not for those it did not make.)
func readException(code int, text string) *clickhouse.Exception {
	if code == 0 && !strings.Contains(text, exceptionMark) {
		return nil
	}
	message := text
	if start := exceptionStart.FindStringSubmatchIndex(text); start != nil {
		if code == 0 {
			code, _ = strconv.Atoi(text[start[2]:start[3]])
		}
		message = text[start[1]:]
	}
	message = strings.TrimPrefix(strings.TrimSpace(message), "DB::Exception: ")
	return &clickhouse.Exception{Code: int32(code), Name: "DB::Exception", Message: message}
}
