// Package jmapdoor is the JMAP door (RFC 8620, RFC 8887): the session object,
// the dispatcher of method calls, upload and download, and push by
// EventSource, WebSocket and PushSubscription.
//
// Owns: the announced limits and their enforcement, result references, push
// subscriptions. Does not own: any data type (rooms declare them as
// jmap.Capability values), blobs, or sign-in (doors/http).
//
// Where to start: New and Routes in door.go; one request goes api.go ->
// dispatch.go -> a room's method.
package jmapdoor
