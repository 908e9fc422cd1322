// Package demo makes up events: the clicks of visitors of a small shop. The
// demonstration stack runs it so that there is something to look at.
package demo
