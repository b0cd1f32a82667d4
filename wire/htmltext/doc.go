// Package htmltext makes plain text of HTML mail, for previews, search and
// plain alternatives. It is one pass of a tokenizer, bounded in output, and
// no sanitizer: what it returns is text to escape, never markup to show.
package htmltext
