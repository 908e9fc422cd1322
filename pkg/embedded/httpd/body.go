package httpd

import (
	"bufio"
	"fmt"
	"io"
	"net/http"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// A body may grow this much by decompression once it is larger than freeGrowth:
// a compression bomb is refused, a table of zeros is not.
const (
	maxGrowth  = 2000
	freeGrowth = 256 << 20
)

// counted remembers how much of the body came over the wire.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// bounded is a decompressed body that may not outgrow its wire form.
type bounded struct {
	r    io.Reader
	wire *counted
	n    int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	if b.n > freeGrowth && b.n > maxGrowth*b.wire.n {
		return 0, fmt.Errorf("the compressed body grows more than %d times", maxGrowth)
	}
	return n, err
}

// openBody undoes the encodings of a request's body. An error other than io.EOF
// from the reader means that the body is not whole.
func openBody(r *http.Request, blocks bool) (io.Reader, func(), error) {
	wire := &counted{r: r.Body}
	plain, done, err := decode(r.Header.Get("Content-Encoding"), wire)
	if err != nil {
		return nil, nil, err
	}
	if blocks {
		plain = newBlockReader(plain)
	}
	return &bounded{r: plain, wire: wire}, done, nil
}

func decode(encoding string, wire io.Reader) (io.Reader, func(), error) {
	nothing := func() {}
	switch encoding {
	case "", "identity":
		return wire, nothing, nil
	case "gzip":
		z, err := gzip.NewReader(wire)
		return checked(z, nothing, err)
	case "deflate":
		return inflate(wire)
	case "lz4":
		return lz4.NewReader(wire), nothing, nil
	case "zstd":
		z, err := zstd.NewReader(wire, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, nil, badBody(err)
		}
		return z, z.Close, nil
	}
	return nil, nil, notImplemented(fmt.Sprintf("Content-Encoding %q is not supported; use gzip, zstd, deflate or lz4", encoding))
}

// inflate reads deflate in both its meanings: with the zlib frame, as the
// standard says, and without, as some clients send it.
func inflate(wire io.Reader) (io.Reader, func(), error) {
	peeked := bufio.NewReader(wire)
	if head, _ := peeked.Peek(2); len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		z, err := zlib.NewReader(peeked)
		return checked(z, func() {}, err)
	}
	return flate.NewReader(peeked), func() {}, nil
}

func checked(r io.Reader, done func(), err error) (io.Reader, func(), error) {
	if err != nil {
		return nil, nil, badBody(err)
	}
	return r, done, nil
}

// fill reads until the buffer is full or the body ends. Unlike io.ReadFull it
// keeps a plain end apart from a body that was cut.
func fill(r io.Reader, buffer []byte) (n int, ended bool, err error) {
	for n < len(buffer) {
		m, err := r.Read(buffer[n:])
		n += m
		if err == io.EOF { // a wrapped EOF is a cut body
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}
