// Package ldap is the LDAP door (RFC 4511): the address book for mail programs
// and copiers that know no other way to it. It reads only.
//
// Owns: connections, the messages of the protocol, the tree that people and
// units are shown in, filters. Does not own: passwords and zones (identity),
// who is seen by whom and how names are found (directory): whoever is hidden
// in the web client is not there at this door either.
//
// The tree has one branch for each mail domain of the person's organisation:
//
//	dc=city,dc=example
//	  ou=people    uid=..., inetOrgPerson (RFC 2798)
//	  ou=units     ou=..., organizationalUnit
//
// Names in a filter are looked for as in the client, so initials in Pinyin,
// Zhuyin and Hangul and Vietnamese without marks find people here too.
//
// Where to start: server.go (connections), session.go (messages), search.go.
package ldap
