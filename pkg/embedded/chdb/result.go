package chdb

import (
	"errors"
	"time"
	"unsafe"
)

var errNoResult = errors.New("the engine gave no result")

// Stats counts what a statement read, gave and wrote.
type Stats struct {
	Elapsed                   time.Duration
	ResultRows                uint64
	ReadRows, ReadBytes       uint64
	WrittenRows, WrittenBytes uint64
}

// Result is memory of the engine: its bytes are valid until Close.
type Result struct {
	lib    *Library
	handle unsafe.Pointer
	bytes  []byte
	Stats  Stats
}

// take makes a result of a handle. It destroys the handle of a failed statement.
func (l *Library) take(handle unsafe.Pointer) (*Result, error) {
	if handle == nil {
		return nil, errNoResult
	}
	if text := goString(l.resultError(handle)); text != "" {
		l.destroy(handle)
		return nil, errors.New(text)
	}
	r := &Result{lib: l, handle: handle, Stats: Stats{
		Elapsed:    time.Duration(l.resultElapsed(handle) * float64(time.Second)),
		ResultRows: l.resultRows(handle),
		ReadRows:   l.readRows(handle), ReadBytes: l.readBytes(handle),
		WrittenRows: l.writtenRows(handle), WrittenBytes: l.writtenBytes(handle),
	}}
	if n := l.resultLength(handle); n > 0 {
		r.bytes = unsafe.Slice((*byte)(l.resultBuffer(handle)), n)
	}
	return r, nil
}

// Bytes is the encoded result, valid until Close.
func (r *Result) Bytes() []byte { return r.bytes }

// Close gives the memory back. A second Close does nothing.
func (r *Result) Close() {
	if r.handle != nil {
		r.lib.destroy(r.handle)
		r.handle, r.bytes = nil, nil
	}
}

// Stream is a running SELECT.
type Stream struct {
	conn    *Conn
	handle  unsafe.Pointer
	current *Result
	ended   bool
}

// Next gives the next piece, valid until the next call; an empty one is the end.
func (s *Stream) Next() ([]byte, Stats, error) {
	s.release()
	result, err := s.conn.lib.take(s.conn.lib.fetch(s.conn.handle, s.handle))
	if err != nil {
		s.ended = true
		return nil, Stats{}, err
	}
	s.current = result
	s.ended = len(result.bytes) == 0
	return result.bytes, result.Stats, nil
}

func (s *Stream) release() {
	if s.current != nil {
		s.current.Close()
		s.current = nil
	}
}

// Close cancels what still runs and gives the memory back.
func (s *Stream) Close() {
	if s.handle == nil {
		return
	}
	s.release()
	if !s.ended {
		s.conn.lib.cancelStream(s.conn.handle, s.handle)
	}
	s.conn.lib.destroy(s.handle)
	s.handle = nil
}
