// Package mime reads messages: it never fails on what people really send.
//
// Parse goes once through a message and returns a small tree of Parts with
// byte offsets, which the caller stores as JSON (Message.Encode, Decode) so
// that listing never opens the blob. From the tree and the stored bytes
// (io.ReaderAt) come decoded content (Part.Open, Part.Text), header fields
// (Part.ReadHeader), the body lists of JMAP (Message.Bodies), a Preview and
// the text for the search index (SearchText).
//
// Header values: DecodeText (RFC 2047, lenient), AsText and the other forms of
// RFC 8621 section 4.1.2, ParseAddresses, ParseDate, BaseSubject (RFC 5256).
//
// The package keeps no state, touches no database and reads no configuration;
// Limits bounds what a stranger can make it hold. Making messages is the
// sister package compose.
//
// Start at message.go for the types and parse.go for the one pass.
package mime
