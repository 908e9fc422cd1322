package chdb

import (
	"errors"
	"unsafe"
)

// Insert is a running INSERT that waits for data.
type Insert struct {
	lib    *Library
	handle unsafe.Pointer
}

// errAppend stands for the reason that only Done can tell.
var errAppend = errors.New("the engine refused the data")

// Write hands data over. After an error call Done: it tells the reason.
func (i *Insert) Write(data []byte) (int, error) {
	if len(data) == 0 {
		return 0, nil
	}
	if i.lib.insertAppend(i.handle, &data[0], uintptr(len(data))) != 0 {
		return 0, errAppend
	}
	return len(data), nil
}

// Done says that all data was written and waits until the engine has stored it.
func (i *Insert) Done() (Stats, error) {
	defer i.destroy()
	result, err := i.lib.take(i.lib.insertDone(i.handle))
	if err != nil {
		return Stats{}, err
	}
	defer result.Close()
	return result.Stats, nil
}

// Cancel drops the data: no row of it is stored.
func (i *Insert) Cancel() {
	i.lib.insertCancel(i.handle)
	i.destroy()
}

func (i *Insert) destroy() {
	i.lib.insertDestroy(i.handle)
	i.handle = nil
}
