// Package aurora holds the nouns of Aurora and its one error type.
//
// Every other package speaks in these types: the command line prints them, the
// REST API encodes them (their JSON is the wire form of `-o json`, of the REST
// bodies and of the web UI), and the adapters produce them. The package imports
// the standard library only, so that anything may import it.
package aurora
