// Package rtf gives the text of Rich Text Format (version 1.9.1): of files, and of
// letters that Outlook packs (wire/tnef). It is one pass, holds no more than its
// answer, and reads damaged files as far as they go.
package rtf
