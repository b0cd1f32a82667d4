package filetext

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"strings"
)

// zip reads the files of an archive, or the parts of an office's document.
func (r *Reader) zip(b []byte, depth int) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		r.close()
		return
	}
	isDocument := false
	for _, f := range z.File {
		isDocument = isDocument || f.Name == "[Content_Types].xml" || f.Name == "mimetype"
	}
	for _, f := range z.File {
		if !isDocument && !r.put(f.Name+"\n") || r.left.Unpacked <= 0 {
			r.close()
			return
		}
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if f.Flags&1 != 0 { // encrypted: APPNOTE section 4.4.4
			r.close()
			continue
		}
		src, err := f.Open()
		if err != nil {
			r.close()
			continue
		}
		part := r.unpack(src)
		_ = src.Close()
		if strings.EqualFold(f.Name, "META-INF/manifest.xml") && bytes.Contains(part, []byte("encryption-data")) {
			r.close() // OpenDocument part 3 section 3.4: what the manifest says is encrypted is no XML
			return
		}
		if isDocument && isBinaryPart(f.Name) {
			r.close()
			continue
		}
		r.within(part, depth-1)
	}
}

// isBinaryPart says whether a part holds the text of a document in a form that
// is not read: the sheets and texts of a binary workbook (MS-XLSB).
func isBinaryPart(name string) bool {
	return strings.HasPrefix(name, "xl/") && strings.HasSuffix(name, ".bin") && !strings.Contains(name, "printerSettings") && !strings.Contains(name, "vbaProject")
}

// endsAsZIP says whether there is an end of a central directory where it must be
// (APPNOTE section 4.3.16).
func endsAsZIP(b []byte) bool {
	return bytes.Contains(b[max(0, len(b)-1<<16-22):], []byte("PK\x05\x06"))
}

func (r *Reader) gzip(b []byte, depth int) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		r.close()
		return
	}
	r.put(z.Name + "\n")
	r.within(r.unpack(z), depth-1)
}

func (r *Reader) tar(b []byte, depth int) {
	for t := tar.NewReader(bytes.NewReader(b)); r.left.Files > 0; {
		h, err := t.Next()
		if err != nil {
			if err.Error() != "EOF" {
				r.close()
			}
			return
		}
		r.put(h.Name + "\n")
		if h.Typeflag == tar.TypeReg {
			r.within(r.unpack(t), depth-1)
		}
	}
	r.close()
}
