// Package sqlguard decides whether a statement may be run for reading.
//
// Every statement that a person typed for reading, that a model or the offline
// planner wrote, or that Grafana or an HTTP client sent passes here before it
// runs. The engine parses, the guard judges: the text goes through a small
// lexer, is brought into the engine's canonical form, and the engine's own
// syntax tree of that form is walked against allow-lists of nodes, functions,
// tables, table functions, clauses and parameter types. What is not named on a
// list is refused, and what is judged is what runs: the canonical text, byte for
// byte. Nothing is analysed or executed before the verdict; whatever cannot be
// checked is refused.
package sqlguard
