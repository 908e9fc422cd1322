package httpd

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// reserved names speak to the HTTP layer; they are no settings of the engine.
var reserved = map[string]bool{
	"query": true, "database": true, "default_format": true, "query_id": true, "user": true, "password": true,
	"quota_key": true, "compress": true, "decompress": true, "client_protocol_version": true, "session_id": true,
	"session_timeout": true, "session_check": true, "wait_end_of_query": true, "buffer_size": true,
	"send_progress_in_http_headers": true, "enable_http_compression": true, "http_zlib_compression_level": true,
	"network_compression_method": true, "network_zstd_compression_level": true, "role": true, "stacktrace": true,
	"add_http_cors_header": true, "http_write_exception_in_output_format": true, "log_comment": true,
	"cancel_http_readonly_queries_on_client_close": true, "http_response_buffer_size": true,
	"http_headers_progress_interval_ms": true, "readonly": true,
}

var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// limit is a setting that the reader always has: at first, and at most.
type limit struct {
	name  string
	first uint64
	most  uint64
}

// readerLimits bound what a question may cost. A client's wish is clamped, never
// refused: Grafana and clickhouse-go send max_execution_time by themselves. The
// most is wide, because the reader's caller (the guarded path) sets the limits of
// its configuration; it keeps a slip from taking the machine.
var readerLimits = []limit{
	{"max_execution_time", 10, 600},
	{"max_memory_usage", 1_000_000_000, 16_000_000_000},
	{"max_rows_to_read", 1_000_000_000, 1_000_000_000_000},
	{"max_result_rows", 10_000, 100_000},
	{"max_result_bytes", 10_000_000, 256_000_000},
	{"max_ast_depth", 200, 200},
	{"max_ast_elements", 20_000, 20_000},
	{"max_expanded_ast_elements", 50_000, 50_000},
}

// readerFixed are settings the reader cannot move.
var readerFixed = []string{"async_insert=0", "implicit_select=0", "http_max_tries=1", "allow_ddl=0", "allow_introspection_functions=0"}

// readerMay are the other settings a reader may choose: they change how a result
// is written or computed, not what it may cost or reach. The rest is ignored.
var readerMay = map[string]bool{
	"join_use_nulls": true, "session_timezone": true, "date_time_output_format": true, "max_block_size": true,
	"extremes": true, "limit": true, "offset": true,
	"output_format_json_quote_64bit_integers": true, "output_format_json_quote_denormals": true,
	"output_format_json_quote_decimals": true, "output_format_json_named_tuples_as_objects": true,
	"output_format_decimal_trailing_zeros":      true,
	"output_format_native_write_json_as_string": true,
	"output_format_csv_crlf_end_of_line":        true, "output_format_tsv_crlf_end_of_line": true,
	"format_csv_delimiter": true, "format_csv_null_representation": true, "format_tsv_null_representation": true,
}

// assignments are the settings of one request, in the order they are to be set;
// readonly comes last because nothing can be set after it.
func assignments(user, tag string, query url.Values, getRequest bool) ([]string, error) {
	set := []string{"log_comment=" + quote(tag)}
	if user == Reader {
		return append(append(set, readerSettings(query)...), "readonly=1"), nil
	}
	names := make([]string, 0, len(query))
	for name := range query {
		if !reserved[name] && !strings.HasPrefix(name, "param_") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !settingName.MatchString(name) {
			return nil, &exception{115, "UNKNOWN_SETTING", "Unknown setting " + strconv.Quote(name)}
		}
		set = append(set, name+"="+quote(query.Get(name)))
	}
	switch {
	case query.Has("readonly"):
		set = append(set, "readonly="+quote(query.Get("readonly")))
	case getRequest: // as ClickHouse does: a GET changes nothing
		set = append(set, "readonly=2")
	}
	return set, nil
}

func readerSettings(query url.Values) []string {
	set := slices.Clone(readerFixed)
	for _, l := range readerLimits {
		set = append(set, l.name+"="+strconv.FormatUint(l.clamp(query.Get(l.name)), 10))
	}
	overflow := "break"
	if query.Get("result_overflow_mode") == "throw" {
		overflow = "throw"
	}
	set = append(set, "result_overflow_mode="+quote(overflow))
	for _, name := range slices.Sorted(keys(query)) {
		if readerMay[name] {
			set = append(set, name+"="+quote(query.Get(name)))
		}
	}
	return set
}

func keys(query url.Values) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range query {
			if !yield(name) {
				return
			}
		}
	}
}

// clamp gives the asked value within the limit. Nothing, nonsense and 0 (which
// means "no limit") are not answers: the first gives the default, 0 the most.
func (l limit) clamp(asked string) uint64 {
	value, err := strconv.ParseFloat(asked, 64)
	switch {
	case asked == "" || err != nil || value < 0:
		return l.first
	case value == 0 || value > float64(l.most):
		return l.most
	case value < 1:
		return 1
	}
	return uint64(value)
}

func params(query url.Values) []Param {
	var list []Param
	for _, name := range slices.Sorted(keys(query)) {
		if bare, ok := strings.CutPrefix(name, "param_"); ok {
			list = append(list, Param{Name: bare, Value: query.Get(name)})
		}
	}
	return list
}

var stringEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`)
var nameEscapes = strings.NewReplacer("\\", "\\\\", "`", "\\`")

func quote(text string) string     { return "'" + stringEscapes.Replace(text) + "'" }
func quoteName(name string) string { return "`" + nameEscapes.Replace(name) + "`" }
