// Package chdb is a thin binding of libchdb, ClickHouse as a C library. It holds
// no policy: it turns C results into Go values, C error texts into errors, and
// makes sure that everything the library hands out is given back once.
//
// A Conn runs one statement at a time; many Conns run in parallel. The engine
// lives from the first Connect to the last Close.
package chdb
