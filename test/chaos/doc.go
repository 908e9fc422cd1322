// Package chaos kills the processes of Aurora while they deliver, and counts afterwards.
//
// Kafka, `aurora engine`, `aurora worker` and `aurora up` are the real ones, spawned as a
// user would. The reduced run belongs to every test run; the full one is
//
//	go test ./test/chaos -run TestKills -kills 10 -records 1000000 -v -timeout 60m
//
// A kill counts only if a block was announced when it struck, and some must fall inside
// the body of an insert; for that the binary is built with the tag failpoint, which lets
// a test hold a body half way and leave parts out of the protocol. TestBrokenProtocol does
// the latter and wants rows twice: a check that cannot fail proves nothing.
package chaos
