// Package charset turns the bytes of real mail into valid UTF-8.
//
// Decode never fails: an unknown or wrong label is answered by a guess, a
// malformed section by U+FFFD. Most tables are those of golang.org/x/text,
// which follow the WHATWG Encoding Standard; the ISO-2022 family, UTF-7 and
// the Vietnamese TCVN and VISCII sets are written here.
//
// Start at Decode in decode.go; Guess in guess.go explains the heuristics.
package charset
