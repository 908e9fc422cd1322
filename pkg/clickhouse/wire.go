package clickhouse

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answerKey finds the answer in the context of a request.
type answerKey struct{}

// answer is what the connection saw of a response beside its body.
type answer struct {
	summary summary
}

// summary is the X-ClickHouse-Summary header: all numbers are text.
type summary struct {
	ReadRows  string `json:"read_rows"`
	ReadBytes string `json:"read_bytes"`
}

// number reads a number of a summary; what is missing is 0.
func number(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// wire is the round tripper under the driver. It keeps the summary of every response,
// which the driver does not read, and refuses what ClickHouse cannot have said, which
// the driver would only fail to decode.
type wire struct {
	next http.RoundTripper
}

// RoundTrip does one request.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := w.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if !fromClickHouse(res) {
		_ = res.Body.Close()
		return nil, &strangerError{status: res.StatusCode, server: res.Header.Get("Server")}
	}
	if seen, ok := req.Context().Value(answerKey{}).(*answer); ok {
		// A header that cannot be read leaves the numbers at 0: they are information only.
		_ = json.Unmarshal([]byte(res.Header.Get("X-ClickHouse-Summary")), &seen.summary)
	}
	return res, nil
}

// fromClickHouse says whether a response is ClickHouse's own, or at least that of a
// proxy before it that says ClickHouse is away.
func fromClickHouse(res *http.Response) bool {
	switch res.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	for name := range res.Header {
		if strings.HasPrefix(name, "X-Clickhouse-") {
			return true
		}
	}
	return false
}

// newTransport makes the one transport of a DB; locate, if set, says where to dial.
func newTransport(locate func() (string, error)) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if locate != nil {
				found, err := locate()
				if err != nil {
					return nil, err
				}
				address = found
			}
			return dialer.DialContext(ctx, network, address)
		},
		MaxIdleConns:          3 * poolSize,
		MaxIdleConnsPerHost:   3 * poolSize,
		IdleConnTimeout:       time.Minute,
		TLSHandshakeTimeout:   dialTimeout,
		ResponseHeaderTimeout: 5 * time.Minute,
		DisableCompression:    true,
	}
}
