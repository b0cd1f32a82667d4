// Package stamp puts a text at the top and at the bottom of what a person reads
// of a letter - a disclaimer, the banner of a secrecy level (RFC 7444 section 1
// asks for a marking that people can read beside the label) - and leaves
// everything else as it is, byte for byte.
//
// The text goes into each alternative of the first readable part, plain and
// HTML; the content that was there stays, its transfer encoding and charset
// only give way where they cannot hold the text. What is signed or encrypted,
// reports, and letters that have nothing to read are not touched
// ([ErrUntouched]). The text is not put twice at the same place.
//
// A letter that bears a DKIM signature loses it: stamp before signing.
//
// Where to start: stamp.go; place.go says which parts, plain.go and html.go
// where in them, part.go how a part is written anew.
package stamp
