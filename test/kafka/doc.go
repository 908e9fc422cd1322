// Package kafkatest runs a real Apache Kafka for tests: one KRaft node, made
// from the jars that Apache publishes, on free ports of the loopback interface.
//
// The jars are downloaded once, by Maven, into the user's cache folder. Java
// and Maven are the only needs. A test asks for the broker with [Start]; a
// program (chaos run, benchmark) with [Run].
package kafkatest
