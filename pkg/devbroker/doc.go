// Package devbroker runs a broker for development: it speaks the Kafka
// protocol on loopback, starts in milliseconds and keeps its data in a folder
// over restarts and kills. It is made for people who have no Kafka yet, never
// for production: one process, one copy of the data, no authentication.
package devbroker
