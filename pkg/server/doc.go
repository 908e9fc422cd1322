// Package server is the REST API of Aurora, its sign-in and the static web UI.
//
// It is a face: a handler decodes, calls the engine and encodes. What can be
// asked of the engine stands in [Engine]. Every route needs a token or a
// session unless it is declared public, loopback included.
package server
