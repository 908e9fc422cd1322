package decode

import (
	"bytes"
	"errors"
)

// errTwice says that an object has two members with one key. The record is then
// rewritten so that the last one wins, and read again.
var errTwice = errors.New("an object has two members with one key")

// keySet remembers the keys of one object. A few are compared one by one; many
// go into a map, so that a hostile record costs no more than a long one.
type keySet struct {
	ends []int
	text []byte
	many map[string]struct{}
}

const fewKeys = 16

func (k *keySet) clear() {
	k.ends, k.text = k.ends[:0], k.text[:0]
	if len(k.many) > 0 {
		clear(k.many)
	}
}

// add is false when the key is there already.
func (k *keySet) add(key []byte) bool {
	if len(k.ends) > fewKeys {
		if _, seen := k.many[string(key)]; seen {
			return false
		}
		k.many[string(key)] = struct{}{}
		return true
	}
	start := 0
	for _, end := range k.ends {
		if bytes.Equal(k.text[start:end], key) {
			return false
		}
		start = end
	}
	k.text = append(k.text, key...)
	k.ends = append(k.ends, len(k.text))
	if len(k.ends) > fewKeys {
		k.grow()
	}
	return true
}

func (k *keySet) grow() {
	if k.many == nil {
		k.many = map[string]struct{}{}
	}
	start := 0
	for _, end := range k.ends {
		k.many[string(k.text[start:end])] = struct{}{}
		start = end
	}
}
