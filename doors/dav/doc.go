// Package dav is the WebDAV door (RFC 4918): address books for telephones and
// programs that speak CardDAV (RFC 6352).
//
// Owns: the methods, properties and reports, the tree of places, filters. Does
// not own: passwords and zones (identity), cards (contacts), who is seen by
// whom (directory), the XML (wire/webdav), the listener (doors/http).
//
// The tree is that of one person; what belongs to others is not there:
//
//	/dav/principals/a1/                who it is, and where the books are
//	/dav/addressbooks/a1/              their books,
//	/dav/addressbooks/a1/k1/x.vcf      a card in one of them
//	/dav/addressbooks/a1/a2.k1/        those of shared accounts they can open,
//	/dav/addressbooks/a1/organisation/ and the organisation's, which is read only
//
// Requests are signed in each for itself, with a password or a token; cookies
// count for nothing, so no page can send one in somebody's name.
//
// Where to start: door.go (a request), tree.go (places), book.go (what a room
// gives: book_own.go, book_office.go), then one file per method.
package dav
