// Package sasl reads the messages of those SASL mechanisms that bear an OAuth
// token: OAUTHBEARER (RFC 7628) and XOAUTH2, which came before it and which
// many mail programs still speak.
//
// Start at ParseOAuthBearer.
package sasl
