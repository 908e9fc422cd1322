package aurora

// Exit is the status a command ends with. The values are part of the command
// line's contract: `aurora help exit-codes` prints [Exits].
type Exit int

// The exit codes.
const (
	ExitOK          Exit = 0   // The command did what was asked.
	ExitFailure     Exit = 1   // The operation or the query failed.
	ExitUsage       Exit = 2   // The command line or the configuration is wrong.
	ExitConnection  Exit = 3   // Kafka, ClickHouse or another service cannot be reached; trying again is sensible.
	ExitAuth        Exit = 4   // Authentication failed, or a key is missing.
	ExitRefused     Exit = 5   // The SQL guard refused the statement, or the question asks for a change.
	ExitTimeout     Exit = 124 // The time limit ran out.
	ExitInterrupted Exit = 130 // The user interrupted the command.
)

// ExitMeaning is an exit code with the sentence that documents it.
type ExitMeaning struct {
	Exit    Exit
	Meaning string
}

// Exits lists every exit code in ascending order.
func Exits() []ExitMeaning {
	return []ExitMeaning{
		{ExitOK, "ok"},
		{ExitFailure, "the operation or the query failed"},
		{ExitUsage, "usage or configuration is wrong"},
		{ExitConnection, "a connection failed (retry is sensible)"},
		{ExitAuth, "authentication failed, or a key is missing"},
		{ExitRefused, "refused by the SQL guard"},
		{ExitTimeout, "timeout"},
		{ExitInterrupted, "interrupted"},
	}
}
