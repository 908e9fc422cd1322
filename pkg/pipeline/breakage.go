package pipeline

// breakage takes parts of the protocol away. Only tests can set it, here and in builds
// with the tag failpoint: a test of exactly-once that cannot fail proves nothing.
type breakage struct {
	noIntent bool // blocks are not announced
	noToken  bool // inserts are not deduplicated, and not counted before a replay
	noOwner  bool // commits are sent for partitions that are not owned any more
}
