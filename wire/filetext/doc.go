// Package filetext gives the text of files, so that words and numbers are found
// in what is attached to a letter as they are in the letter (C12, C13, N69).
//
// It reads documents of offices (OOXML and ODF, with their macro and template
// kinds), PDF, RTF, HTML, XML and plain text in any charset, what Outlook packs
// into winmail.dat, and files within ZIP, gzip and tar, some levels deep. What a
// file is it sees from its bytes: a name says nothing.
//
// Everything comes from strangers. [Limits] bound the text, the bytes that are
// unpacked, the files and the levels of one [Reader], which is for one letter. The
// bytes that are unpacked also bound the time: every form is read in one pass.
//
// What may hold text and could not be read is said to be closed: encrypted,
// damaged, over a limit, or of a kind that is not known here (7z, RAR, the
// binary documents of old offices). Pictures, sounds and programs have no text and are
// not closed; what is drawn in them is not read.
//
// Where to start: filetext.go; zip.go for packages, pdf.go for PDF.
package filetext
