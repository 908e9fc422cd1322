package chdb

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Library is a loaded libchdb.
type Library struct {
	connect      func(argc int32, argv **byte) unsafe.Pointer
	closeConn    func(conn unsafe.Pointer)
	query        func(conn unsafe.Pointer, sql *byte, sqlLen uintptr, format *byte, formatLen uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) unsafe.Pointer
	stream       func(conn unsafe.Pointer, sql *byte, sqlLen uintptr, format *byte, formatLen uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) unsafe.Pointer
	insert       func(conn unsafe.Pointer, sql *byte, sqlLen uintptr, format *byte, formatLen uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) unsafe.Pointer
	fetch        func(conn, stream unsafe.Pointer) unsafe.Pointer
	cancelStream func(conn, stream unsafe.Pointer)
	destroy      func(result unsafe.Pointer)
	classify     func(conn unsafe.Pointer, sql *byte, sqlLen uintptr, database *byte, databaseLen uintptr, out unsafe.Pointer) int32

	resultBuffer  func(result unsafe.Pointer) unsafe.Pointer
	resultLength  func(result unsafe.Pointer) uintptr
	resultError   func(result unsafe.Pointer) unsafe.Pointer
	resultElapsed func(result unsafe.Pointer) float64
	resultRows    func(result unsafe.Pointer) uint64
	readRows      func(result unsafe.Pointer) uint64
	readBytes     func(result unsafe.Pointer) uint64
	writtenRows   func(result unsafe.Pointer) uint64
	writtenBytes  func(result unsafe.Pointer) uint64

	insertAppend  func(insert unsafe.Pointer, data *byte, length uintptr) int32
	insertDone    func(insert unsafe.Pointer) unsafe.Pointer
	insertCancel  func(insert unsafe.Pointer)
	insertError   func(insert unsafe.Pointer) unsafe.Pointer
	insertDestroy func(insert unsafe.Pointer)

	setSignalHandlers func(on int32)
	shutdown          func() int32
	version           func() unsafe.Pointer
}

// symbol is a C function by name and the Go function variable it fills.
type symbol struct {
	name string
	fn   any
}

func (l *Library) symbols() []symbol {
	return []symbol{
		{"chdb_connect", &l.connect}, {"chdb_close_conn", &l.closeConn},
		{"chdb_query_with_params_n", &l.query}, {"chdb_stream_query_with_params_n", &l.stream},
		{"chdb_stream_fetch_result", &l.fetch}, {"chdb_stream_cancel_query", &l.cancelStream},
		{"chdb_destroy_query_result", &l.destroy}, {"chdb_classify_query_n", &l.classify},
		{"chdb_result_buffer", &l.resultBuffer}, {"chdb_result_length", &l.resultLength},
		{"chdb_result_error", &l.resultError}, {"chdb_result_elapsed", &l.resultElapsed},
		{"chdb_result_rows_read", &l.resultRows}, {"chdb_result_storage_rows_read", &l.readRows},
		{"chdb_result_storage_bytes_read", &l.readBytes}, {"chdb_result_rows_written", &l.writtenRows},
		{"chdb_result_bytes_written", &l.writtenBytes},
		{"chdb_stream_insert_with_params_n", &l.insert}, {"chdb_stream_append", &l.insertAppend},
		{"chdb_stream_done", &l.insertDone}, {"chdb_stream_cancel_insert", &l.insertCancel},
		{"chdb_stream_insert_error", &l.insertError}, {"chdb_destroy_insert_stream", &l.insertDestroy},
		{"chdb_set_signal_handlers_enabled", &l.setSignalHandlers}, {"chdb_shutdown", &l.shutdown},
		{"chdb_version", &l.version},
	}
}

// Load opens the shared object at path and looks every function up. A library
// that lacks one is refused by the function's name.
func Load(path string) (*Library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	l := &Library{}
	for _, s := range l.symbols() {
		if _, err := purego.Dlsym(handle, s.name); err != nil {
			return nil, fmt.Errorf("the library lacks %s: %w", s.name, err)
		}
		purego.RegisterLibFunc(s.fn, handle, s.name)
	}
	return l, nil
}

// Version is the version the library gives itself.
func (l *Library) Version() string { return goString(l.version()) }

// DisableSignalHandlers keeps the library's hands off the process's signals. Call
// it before the first Connect: a fault that Go recovers from would otherwise be
// seen by the engine, which then refuses all work.
func (l *Library) DisableSignalHandlers() { l.setSignalHandlers(0) }

// Shutdown asks the library to end. It refuses once a table of the MergeTree
// family was used, which does no harm when the process ends next.
func (l *Library) Shutdown() { l.shutdown() }

// ErrConnect means that the engine gave no connection. The engine writes the
// reason to standard error only.
var ErrConnect = errors.New("the engine gave no connection")

// Connect opens a connection. The first one starts the engine with the arguments
// ("--path=…", "--config-file=…"); later ones must be given the same.
func (l *Library) Connect(args ...string) (*Conn, error) {
	var pin runtime.Pinner
	defer pin.Unpin()
	argv := make([]*byte, 0, len(args)+2)
	for _, arg := range append([]string{"chdb"}, args...) {
		text := append([]byte(arg), 0)
		pin.Pin(&text[0])
		argv = append(argv, &text[0])
	}
	argv = append(argv, nil)
	outer := l.connect(int32(len(argv)-1), &argv[0])
	if outer == nil {
		return nil, ErrConnect
	}
	return &Conn{lib: l, outer: outer, handle: *(*unsafe.Pointer)(outer)}, nil
}

func goString(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}
