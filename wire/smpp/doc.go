// Package smpp speaks SMPP 3.4 (the SMPP Developers Forum's Short Message
// Peer-to-Peer Protocol Specification, issue 1.2) to a message centre, as the
// client that submits: bind, submit_sm, deliver_sm with receipts, enquire_link,
// unbind, generic_nack; text in the GSM alphabet or UCS-2, long ones in parts.
//
// Where to start: client.go for the connection, text.go for how text becomes
// parts, body.go for what stands in a PDU.
package smpp
