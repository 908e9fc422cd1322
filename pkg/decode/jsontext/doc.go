// Package jsontext reads JSON texts exactly: in one pass, without going through
// float64, and with every token at hand as it stood in the text.
//
// It accepts what encoding/json accepts but for four things, which it refuses
// because accepting them would change a value silently: bytes that are not
// UTF-8, a lone surrogate escape, nesting deeper than [MaxDepth], and a number
// whose exponent takes it out of the range of a 64-bit float.
//
// The package also holds the one reading of the texts inside JSON that mean
// more than text: times, dates, UUIDs and addresses. Schema inference and the
// decoder share it, so that what one promises the other can do.
package jsontext
