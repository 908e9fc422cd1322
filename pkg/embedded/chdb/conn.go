package chdb

import (
	"errors"
	"runtime"
	"unsafe"
)

// Param is a value for a {name:Type} parameter of a statement.
type Param struct {
	Name  string
	Value string
}

// Conn is a connection: settings, role, database and temporary tables of its own.
type Conn struct {
	lib    *Library
	outer  unsafe.Pointer // what the library wants back on close
	handle unsafe.Pointer // what it wants for statements
}

// Close gives the connection back. A second Close does nothing.
func (c *Conn) Close() {
	if c.outer != nil {
		c.lib.closeConn(c.outer)
		c.outer, c.handle = nil, nil
	}
}

// call is one statement in the shape the library wants: pointers with lengths,
// never null, pinned until the call is over.
type call struct {
	pin                   runtime.Pinner
	sql, format           []byte
	names, values         []*byte
	nameLens, valueLens   []uintptr
	parameterCount        uintptr
	sqlLength, formatSize uintptr
}

func newCall(sql, format string, params []Param) *call {
	c := &call{
		sql: terminated(sql), format: terminated(format),
		sqlLength: uintptr(len(sql)), formatSize: uintptr(len(format)),
		parameterCount: uintptr(len(params)),
	}
	for _, p := range params {
		c.names, c.nameLens = c.add(c.names, c.nameLens, p.Name)
		c.values, c.valueLens = c.add(c.values, c.valueLens, p.Value)
	}
	if len(params) == 0 {
		c.names, c.values = make([]*byte, 1), make([]*byte, 1)
		c.nameLens, c.valueLens = make([]uintptr, 1), make([]uintptr, 1)
	}
	return c
}

func (c *call) add(texts []*byte, lengths []uintptr, text string) ([]*byte, []uintptr) {
	bytes := terminated(text)
	c.pin.Pin(&bytes[0])
	return append(texts, &bytes[0]), append(lengths, uintptr(len(text)))
}

func terminated(s string) []byte { return append([]byte(s), 0) }

type statement func(conn unsafe.Pointer, sql *byte, sqlLen uintptr, format *byte, formatLen uintptr, names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) unsafe.Pointer

func (c *Conn) run(fn statement, sql, format string, params []Param) unsafe.Pointer {
	k := newCall(sql, format, params)
	defer k.pin.Unpin()
	return fn(c.handle, &k.sql[0], k.sqlLength, &k.format[0], k.formatSize,
		&k.names[0], &k.nameLens[0], &k.values[0], &k.valueLens[0], k.parameterCount)
}

// Query runs a statement and keeps its whole result in memory, in the format that
// the statement or else the argument names. Close the result.
func (c *Conn) Query(sql, format string, params ...Param) (*Result, error) {
	return c.lib.take(c.run(c.lib.query, sql, format, params))
}

// Stream runs a SELECT and gives its result piece by piece. Close the stream.
func (c *Conn) Stream(sql, format string, params ...Param) (*Stream, error) {
	handle := c.run(c.lib.stream, sql, format, params)
	if handle == nil {
		return nil, errNoResult
	}
	if text := goString(c.lib.resultError(handle)); text != "" {
		c.lib.destroy(handle)
		return nil, errors.New(text)
	}
	return &Stream{conn: c, handle: handle}, nil
}

// Insert begins an INSERT (without its FORMAT clause) whose data follows by
// Write, in the given format. End it with Done or Cancel.
func (c *Conn) Insert(sql, format string, params ...Param) (*Insert, error) {
	handle := c.run(c.lib.insert, sql, format, params)
	if handle == nil {
		return nil, errNoResult
	}
	if text := goString(c.lib.insertError(handle)); text != "" {
		c.lib.insertDestroy(handle)
		return nil, errors.New(text)
	}
	return &Insert{lib: c.lib, handle: handle}, nil
}

// Class is what a statement may do.
type Class uint32

// The classes, from harmless to unknown.
const (
	ReadOnly Class = iota
	Mutating
	Global
	Control
	Unknown
)

// Analysis is what the engine's parser says of a text without running it.
type Analysis struct {
	Count uint32
	Class Class
}

// Classify parses the text and says how many statements it has and of what class.
func (c *Conn) Classify(sql string) (Analysis, error) {
	out := &[4]uint32{16}
	text, database := terminated(sql), terminated("")
	if c.lib.classify(c.handle, &text[0], uintptr(len(sql)), &database[0], 0, unsafe.Pointer(out)) != 0 {
		return Analysis{}, errors.New("the engine could not classify the statement")
	}
	runtime.KeepAlive(out)
	return Analysis{Count: out[1], Class: Class(out[3])}, nil
}
