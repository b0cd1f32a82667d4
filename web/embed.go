// Package web carries the built web client inside the program.
package web

import "embed"

// Files is the folder dist as the client's build leaves it. Before a build it
// holds nothing but a placeholder, and doors/http says how to build.
//
//go:embed all:dist
var Files embed.FS
