// Package convert turns documents of office programs into PDF for looking at
// them, by a LibreOffice that the operator installed. The server itself never
// opens such a document.
//
// Each conversion is a process of its own with an empty home that is thrown
// away, without network where the machine allows a network namespace, within
// limits of time, memory and size of file; one runs at a time and few may
// wait. Macros do not run, and nothing that a document names elsewhere is
// opened, in the network or in the files of this server. What a conversion
// leaves ends with it, or with the server that is killed, and the next server
// removes the rest. Where LibreOffice is not installed, Available says so, and
// the client tells people what to do instead.
//
// Start at convert.go; walls.go is what keeps a document in.
package convert
