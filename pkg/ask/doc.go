// Package ask turns a question in words into a statement: SQL with typed
// parameters, the sentence that says how the question was read, and how sure
// the reading is.
//
// Two engines fill the same contract. The offline planner reads a small grammar
// of English against the catalogue of tables; it answers when every word of the
// question was understood and refuses otherwise, naming the words. The model
// path sends the schema and the question to a language model and checks its
// reply. Neither runs anything: the caller guards and executes the statement.
package ask
