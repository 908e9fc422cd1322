// Package httpd answers the ClickHouse HTTP interface over an engine in this
// process, so that an unmodified ClickHouse client finds a ClickHouse.
//
// Every request gets an engine connection of its own: settings, role, database
// and parameters cannot leak from one to the next. Two users exist: "writer" may
// do what the role rw may, "reader" is pinned to the role ask, to readonly=1 and
// to limits, whatever its request says.
package httpd
