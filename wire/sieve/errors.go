package sieve

import (
	"fmt"
	"strings"
)

// Pos is a place in a script; both count from 1, columns in characters.
type Pos struct {
	Line int `json:"line"`
	Col  int `json:"column"`
}

// Error is one thing that is wrong with a script.
type Error struct {
	Pos
	Text string `json:"message"`
}

// Error returns "line 3, column 5: ...".
func (e Error) Error() string { return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Col, e.Text) }

// Errors is everything that is wrong with a script, in its order.
type Errors []Error

// Error returns one line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, x := range e {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// maxErrors is how many faults of a script are told at once.
const maxErrors = 20

func at(p Pos, format string, args ...any) Error { return Error{p, fmt.Sprintf(format, args...)} }
