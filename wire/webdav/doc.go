// Package webdav reads the XML of WebDAV requests and writes its answers: RFC
// 4918 and what builds on it (properties, reports, multistatus, conditions).
//
// Owns: the XML, with limits on what a stranger sends. Does not own: what a
// property or report means (doors/dav).
//
// Where to start: node.go (reading), answer.go (writing).
package webdav
