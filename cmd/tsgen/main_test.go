package main

import (
	"os"
	"testing"
)

// TestCurrent fails when the Go types were changed without making the
// client's types anew.
func TestCurrent(t *testing.T) {
	for name, want := range generate() {
		have, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != want {
			t.Errorf("%s is out of date: run go run ./cmd/tsgen at the root", name)
		}
	}
}
