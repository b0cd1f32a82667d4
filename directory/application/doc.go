// Package application takes applications for accounts (K02, K03): somebody
// without one writes who they are and encloses papers, proves by a link that
// the address they gave is theirs, and an officer who has accounts in hand
// where the application was sent to opens the account with a one-time password
// or refuses.
//
// What is written and enclosed is sealed in the database, opened only for
// those officers, each look at a paper in the record, and gone with the
// decision: what stays is who decided what about which address.
package application
