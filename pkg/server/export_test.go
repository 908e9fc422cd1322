package server

import (
	"maps"
	"slices"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// Patterns gives the patterns a server has registered.
func Patterns(s *Server) []string { return slices.Clone(s.mux.patterns) }

// Statuses gives the HTTP status of every code that has one.
func Statuses() map[aurora.Code]int { return maps.Clone(statuses) }
