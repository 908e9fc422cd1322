// Package decode turns the bytes of records into the columns of a block.
//
// A [Block] is compiled from a schema and filled record by record: each value
// goes from the text straight into its column, in one pass. A record that does
// not fit leaves the block as it was and becomes a dead letter with its reason;
// what the schema does not know goes to the column _extra; nothing is changed
// on the way or filled in by itself.
package decode
