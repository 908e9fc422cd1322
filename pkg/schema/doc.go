// Package schema finds the shape of a table: from a sample of a topic's records
// to typed columns with reasons, order key, partitions and codecs, and from
// there to DDL. It also says whether a table that exists can be the target.
package schema
