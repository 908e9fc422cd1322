package server

import "slices"

// Patterns gives the patterns a server has registered.
func Patterns(s *Server) []string { return slices.Clone(s.mux.patterns) }
