package clickhouse

import "github.com/aurora-analytics/aurora/pkg/aurora"

// exceptionKind is what an exception code of ClickHouse means to a user.
type exceptionKind struct {
	code  aurora.Code
	title string
	hint  string
}

// The hints that more than one code shares.
const (
	hintStatement = "correct the statement and run it again"
	hintTables    = "`aurora table list` shows the tables that exist"
	hintLess      = "ask for less: a filter, a shorter time span, fewer columns, or an aggregate"
	hintLater     = "try again in a moment; `aurora status` shows what runs"
	hintGrant     = "grant the user what the message names, then try again"
	hintValue     = "correct the value; {name:Type} parameters take the text ClickHouse reads for Type"
)

// exceptions maps the exception codes that need words of their own.
var exceptions = map[int32]exceptionKind{
	60:  {aurora.CodeTableUnknown, "there is no such table", hintTables},
	81:  {aurora.CodeTableUnknown, "there is no such database", hintTables},
	10:  {aurora.CodeColumnUnknown, "there is no such column", hintStatement},
	16:  {aurora.CodeColumnUnknown, "there is no such column", hintStatement},
	47:  {aurora.CodeColumnUnknown, "there is no such column", hintStatement},
	46:  {aurora.CodeQueryFailed, "there is no such function", hintStatement},
	62:  {aurora.CodeQueryFailed, "the statement is not valid SQL", hintStatement},
	43:  {aurora.CodeQueryFailed, "a function got a value of the wrong type", hintStatement},
	53:  {aurora.CodeQueryFailed, "two types do not fit together", hintStatement},
	27:  {aurora.CodeQueryFailed, "a value does not have the form of its type", hintValue},
	38:  {aurora.CodeQueryFailed, "a value is not a date", hintValue},
	41:  {aurora.CodeQueryFailed, "a value is not a date and time", hintValue},
	72:  {aurora.CodeQueryFailed, "a value is not a number", hintValue},
	456: {aurora.CodeQueryFailed, "a parameter has no value", "give it with --param name=value"},
	457: {aurora.CodeQueryFailed, "a parameter does not have the form of its type", hintValue},
	158: {aurora.CodeQueryFailed, "the statement would read or return too many rows", hintLess},
	191: {aurora.CodeQueryFailed, "the statement would hold too many rows in a set", hintLess},
	241: {aurora.CodeQueryFailed, "the statement needs more memory than it may use", hintLess},
	307: {aurora.CodeQueryFailed, "the statement would read or return too many bytes", hintLess},
	396: {aurora.CodeQueryFailed, "the result is larger than it may be", hintLess},
	167: {aurora.CodeQueryFailed, "the statement is nested too deeply", "write a simpler statement"},
	168: {aurora.CodeQueryFailed, "the statement has too many elements", "write a simpler statement"},
	159: {aurora.CodeTimeout, "the time limit ran out", hintLess},
	160: {aurora.CodeTimeout, "the statement would take too long", hintLess},
	202: {aurora.CodeQueryFailed, "ClickHouse is busy", hintLater},
	236: {aurora.CodeClickHouseAway, "ClickHouse is shutting down", "aurora up"},
	394: {aurora.CodeQueryFailed, "the statement was cancelled", "run it again when you are ready"},
	243: {aurora.CodeStorageFull, "the disk of ClickHouse is full", "free space on the disk of the data folder; rows wait until then"},
	164: {aurora.CodePermission, "the user may only read", hintGrant},
	497: {aurora.CodePermission, "the user may not do this", hintGrant},
	192: {aurora.CodeClickHouseAuth, "", ""},
	193: {aurora.CodeClickHouseAuth, "", ""},
	194: {aurora.CodeClickHouseAuth, "", ""},
	516: {aurora.CodeClickHouseAuth, "", ""},
	57:  {aurora.CodeTableConflict, "the table exists already", "choose another name"},
	82:  {aurora.CodeTableConflict, "the database exists already", "choose another name"},
}
