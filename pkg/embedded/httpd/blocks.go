package httpd

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/ClickHouse/ch-go/compress"
)

// The head of a native compressed block: checksum, method, sizes. The first size
// counts all of the block but the checksum.
const (
	blockHead     = 25
	blockChecksum = 16
	blockSizeAt   = 17
)

// blockReader undoes ClickHouse's own compressed blocks. It ends with io.EOF only
// where a block ends; anywhere else the body was cut.
type blockReader struct{ blocks *compress.Reader }

func newBlockReader(r io.Reader) io.Reader {
	return &blockReader{compress.NewReader(&blockFrames{r: r})}
}

func (b *blockReader) Read(p []byte) (int, error) {
	n, err := b.blocks.Read(p)
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return n, io.EOF
	}
	return n, err
}

// blockFrames passes blocks on unchanged and knows where they end: the decoder
// alone cannot tell a cut after a head from the end of the body.
type blockFrames struct {
	r    io.Reader
	head []byte // not passed on yet
	left int    // of the block, after its head
}

func (f *blockFrames) Read(p []byte) (int, error) {
	if len(f.head) == 0 && f.left == 0 {
		if err := f.begin(); err != nil {
			return 0, err
		}
	}
	if len(f.head) > 0 {
		n := copy(p, f.head)
		f.head = f.head[n:]
		return n, nil
	}
	n, err := f.r.Read(p[:min(len(p), f.left)])
	f.left -= n
	if err == io.EOF && f.left > 0 {
		err = io.ErrUnexpectedEOF
	} else if err == io.EOF { // seen again at the next head
		err = nil
	}
	return n, err
}

func (f *blockFrames) begin() error {
	var head [blockHead]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		return err
	}
	f.head = head[:]
	size := int64(binary.LittleEndian.Uint32(head[blockSizeAt:])) - (blockHead - blockChecksum)
	f.left = int(max(0, min(size, 1<<31)))
	return nil
}
