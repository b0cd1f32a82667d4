// Package archive lists what is in a ZIP file without taking anything out of
// it: it reads the central directory at the end (APPNOTE section 4.3.12) and
// nothing else, so that an archive that would unpack to a petabyte costs as
// much as an empty one.
//
// Names that are not UTF-8 are in some code page that the file does not name;
// it is guessed from all names together.
package archive
