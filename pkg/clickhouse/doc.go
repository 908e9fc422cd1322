// Package clickhouse is the adapter to ClickHouse, over its HTTP interface.
//
// Queries, DDL and control rows go through clickhouse-go; the blocks of the
// delivery path, which are encoded before they come here, are posted as they are.
// Two users are known: the writer, for everything Aurora does by itself, and the
// reader, for every statement that came from a person or a model. Every error that
// leaves the package is, or wraps, an [aurora.Error]; the delivery path gives
// [aurora.SinkError].
package clickhouse
