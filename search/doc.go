// Package search is the one text index.
//
// Owns: the index of words (FTS5 in a database of its own beside the main one
// with SQLite, tsvector with PostgreSQL), the way text becomes tokens, the
// query language of people, and the marks of hits in a text.
//
// Does not own: the text itself. A room hands over documents of its accounts,
// numbered by the room, and asks for the numbers back; it asks policy before
// it opens an account. The index can be lost and made again at any time.
//
// Verbs: [Index.Apply] puts in and takes out documents and moves the account's
// [Watermark] in the same transaction. [Index.Search] answers a [Words]. What
// lies beyond the watermark the room answers with [Words.Match], which reads
// the text itself and comes to the same result.
//
// Tokens: runs of Han, kana, Hangul, Thai and their like become overlapping
// pairs, so that a phrase of pairs is exactly a substring; everything else
// becomes words of letters or of digits, without case and accents. A query
// with accents must meet them. Traditional and simplified Han are one.
//
// Rules it answers: the search half of N03; C06 in part.
//
// Where to start: token.go (text to tokens), words.go (the query), then
// store_sqlite.go.
package search
