// Package embedded runs ClickHouse inside a process of Aurora's own: it installs
// the engine library (libchdb), loads it, hardens it, and answers the ClickHouse
// HTTP interface on loopback. To the rest of Aurora the engine is an ordinary
// ClickHouse at an HTTP address; nothing outside this package knows the library.
package embedded
