package decode

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aurora-analytics/aurora/pkg/aurora"
	"github.com/aurora-analytics/aurora/pkg/decode/jsontext"
)

// column is a column of the block with what is known about it in the current row.
type column struct {
	aurora.Column
	builder
	// emptied says that a null is stored as an empty list or map, which have no NULL.
	emptied bool
	// filled says that the current row has a value.
	filled bool
}

// object is a place in the record that holds members the schema knows.
type object struct {
	members map[string]*member
	first   *member
	depth   int
}

// member is a key the schema knows: of a column, or of an object with columns in it.
type member struct {
	// quoted is the key with its quotes, as it stands in almost every record.
	quoted string
	column *column
	object *object
	// next is the member that followed this one in the record before.
	next *member
	// row is the serial of the last record that had the member.
	row uint64
}

// newColumns makes the columns of the user; Aurora's own are the block's.
func newColumns(columns []aurora.Column) ([]*column, error) {
	var made []*column
	names := map[string]bool{}
	for _, c := range columns {
		if len(c.Path) == 0 {
			continue
		}
		if names[c.Name] {
			return nil, fmt.Errorf("column %q is there twice", c.Name)
		}
		names[c.Name] = true
		b, err := newBuilder(c)
		if err != nil {
			return nil, err
		}
		made = append(made, &column{Column: c, builder: b, emptied: isContainer(b)})
	}
	return made, nil
}

func isContainer(b builder) bool {
	switch b.(type) {
	case *list, *mapping:
		return true
	}
	return false
}

// newPlan arranges the columns by the paths of their values.
func newPlan(columns []*column) (*object, error) {
	root := &object{members: map[string]*member{}}
	for _, c := range columns {
		at := root
		for _, key := range c.Path[:len(c.Path)-1] {
			m := at.member(key)
			if m.column != nil {
				return nil, overlap(m.column, c)
			}
			if m.object == nil {
				m.object = &object{members: map[string]*member{}, depth: at.depth + 1}
			}
			at = m.object
		}
		m := at.member(c.Path[len(c.Path)-1])
		if m.object != nil || m.column != nil {
			return nil, overlap(m.column, c)
		}
		m.column = c
	}
	return root, nil
}

func overlap(a, b *column) error {
	other := "another column"
	if a != nil {
		other = fmt.Sprintf("column %q", a.Name)
	}
	return fmt.Errorf("column %q and %s take one place in the record: %s", b.Name, other, strings.Join(b.Path, "."))
}

// member gives the member of a key, a new one behind the others if need be.
func (o *object) member(key string) *member {
	if m := o.members[key]; m != nil {
		return m
	}
	m := &member{quoted: string(jsontext.AppendString(nil, key))}
	o.members[key] = m
	if o.first == nil {
		o.first = m
	} else {
		tail := o.first
		for tail.next != nil {
			tail = tail.next
		}
		tail.next = m
	}
	return m
}

// deepest is the number of objects inside each other that the columns need.
func deepest(columns []*column) int {
	depth := 1
	for _, c := range columns {
		depth = max(depth, len(c.Path))
	}
	return depth
}

// describe names the place of a column for a message, if its name does not tell.
func (c *column) describe() string {
	if slices.Equal(c.Path, []string{c.Name}) {
		return c.Name
	}
	return c.Name + " (" + strings.Join(c.Path, ".") + ")"
}
