package filetext

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"chancery/wire/tnef"
)

// Limits bound what is read of the files of one letter. A zero field stands for
// its default.
type Limits struct {
	Text     int   // bytes of text; default 4 MiB
	File     int64 // bytes of one file; default 32 MiB
	Unpacked int64 // bytes that are taken out of packages; default 64 MiB
	Files    int   // files within files; default 2,000
	Depth    int   // of files within files; default 4
}

func (l Limits) withDefaults() Limits {
	if l.Text <= 0 {
		l.Text = 4 << 20
	}
	if l.File <= 0 {
		l.File = 32 << 20
	}
	if l.Unpacked <= 0 {
		l.Unpacked = 64 << 20
	}
	if l.Files <= 0 {
		l.Files = 2000
	}
	if l.Depth <= 0 {
		l.Depth = 4
	}
	return l
}

// Reader reads the files of one letter, within limits for all of them together.
type Reader struct {
	left     Limits
	out      strings.Builder
	hint     Hint
	isClosed bool
}

// Found is what a file says.
type Found struct {
	Text string
	// IsClosed says that there may be more: the file, or one in it, is encrypted,
	// damaged, over a limit or of a kind that is not known.
	IsClosed bool
}

// Hint is what a letter says of a file that is text. What the file itself says
// comes first.
type Hint struct {
	Charset string
	IsHTML  bool
}

// New returns a reader for the files of one letter.
func New(lim Limits) *Reader { return &Reader{left: lim.withDefaults()} }

// headLen is how much of a file is looked at to see what it is.
const headLen = 4 << 10

// Read reads one file. A file of a stranger that one of the readers trips over
// must not take the sending of the letter down with it: it is closed.
func (r *Reader) Read(src io.Reader, hint Hint) (found Found) {
	defer func() {
		if problem := recover(); problem != nil {
			found = Found{IsClosed: true}
		}
	}()
	return r.read(src, hint)
}

func (r *Reader) read(src io.Reader, hint Hint) Found {
	r.out.Reset()
	r.hint = hint
	r.isClosed = false
	r.whole(src)
	return Found{Text: strings.ToValidUTF8(r.out.String(), "\uFFFD"), IsClosed: r.isClosed}
}

// whole reads a file where it is of a kind that has text.
func (r *Reader) whole(src io.Reader) {
	b := bufio.NewReaderSize(src, headLen)
	head, err := b.Peek(headLen)
	if err != nil && err != io.EOF {
		r.close()
		return
	}
	if kindOf(head) == kindNone {
		return
	}
	all, err := io.ReadAll(io.LimitReader(b, r.left.File+1))
	if err != nil || int64(len(all)) > r.left.File {
		r.close()
		return
	}
	r.file(all, r.left.Depth)
}

// close notes that something cannot be read.
func (r *Reader) close() { r.isClosed = true }

// put writes text; false = there is room for no more.
func (r *Reader) put(text string) bool {
	if len(text) > r.left.Text {
		r.close()
		text = strings.ToValidUTF8(text[:r.left.Text], "")
		r.left.Text = len(text)
	}
	r.left.Text -= len(text)
	r.out.WriteString(text)
	return r.left.Text > 0
}

// unpack reads what comes out of a package. What was read before an error stands.
func (r *Reader) unpack(src io.Reader) []byte {
	b, err := io.ReadAll(io.LimitReader(src, min(r.left.File, r.left.Unpacked)+1))
	over := int64(len(b)) > r.left.File || int64(len(b)) > r.left.Unpacked
	if over {
		b = b[:len(b)-1]
	}
	r.left.Unpacked -= int64(len(b))
	if err != nil || over {
		r.close()
	}
	return b
}

// spend takes from what may be unpacked; false = there is not so much left.
func (r *Reader) spend(n int) bool {
	if int64(n) > r.left.Unpacked {
		r.left.Unpacked = 0
		r.close()
		return false
	}
	r.left.Unpacked -= int64(n)
	return true
}

// within reads a file that is in another.
func (r *Reader) within(b []byte, depth int) {
	r.hint = Hint{}
	if r.left.Files--; r.left.Files < 0 || depth <= 0 {
		if kindOf(b[:min(len(b), headLen)]) != kindNone {
			r.close()
		}
		return
	}
	r.file(b, depth)
	r.put("\n")
}

// file reads a file; files in it may be depth-1 levels deep.
func (r *Reader) file(b []byte, depth int) {
	switch kindOf(b[:min(len(b), headLen)]) {
	case kindZIP:
		r.zip(b, depth)
	case kindProgram:
		if endsAsZIP(b) {
			r.zip(b, depth)
		}
	case kindGzip:
		r.gzip(b, depth)
	case kindTar:
		r.tar(b, depth)
	case kindTNEF:
		m, err := tnef.Parse(b, tnef.Limits{Text: r.left.Text})
		if err != nil {
			r.close()
			return
		}
		r.winmail(m, depth)
	case kindPDF:
		r.pdf(b, depth)
	case kindClosed:
		r.close()
	case kindText:
		r.text(b)
	}
}

// kind is what a file is, by its bytes.
type kind uint8

const (
	kindNone kind = iota // without text
	kindText             // HTML, XML and RTF, too
	kindZIP
	kindGzip
	kindTar
	kindTNEF
	kindPDF
	kindProgram // may be a ZIP that unpacks itself
	kindClosed
)

var beginnings = []struct {
	bytes string
	kind  kind
}{
	{"PK\x03\x04", kindZIP}, {"PK\x05\x06", kindZIP}, {"PK\x07\x08", kindZIP},
	{"\x1F\x8B", kindGzip}, {"MZ", kindProgram},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", kindClosed}, // documents of old offices, and encrypted new ones (MS-CFB)
	{"7z\xBC\xAF\x27\x1C", kindClosed}, {"Rar!\x1A\x07", kindClosed}, {"\xFD7zXZ\x00", kindClosed}, {"BZh", kindClosed},
	{"\x28\xB5\x2F\xFD", kindClosed}, {"MSCF\x00", kindClosed}, {"-----BEGIN PGP MESSAGE", kindClosed},
}

// enveloped names what is encrypted as RFC 5652 section 6 has it.
var enveloped = []byte("\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03")

// kindOf looks at the first bytes of a file.
func kindOf(head []byte) kind {
	for _, x := range beginnings {
		if bytes.HasPrefix(head, []byte(x.bytes)) {
			return x.kind
		}
	}
	switch {
	case len(head) == 0:
		return kindNone
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")): // readers take it anywhere in the first kilobyte
		return kindPDF
	case bytes.Contains(head[:min(len(head), 40)], enveloped):
		return kindClosed
	case tnef.Is(head):
		return kindTNEF
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return kindTar
	case isText(head):
		return kindText
	}
	return kindNone
}

// winmail reads what Outlook packed.
func (r *Reader) winmail(m *tnef.Message, depth int) {
	if m.IsCut {
		r.close()
	}
	r.put(m.Subject + "\n" + m.Text + "\n")
	if m.HTML != "" {
		r.html(m.HTML)
	}
	for _, f := range m.Files {
		r.put("\n" + f.Name + "\n")
		if f.Message != nil {
			r.winmail(f.Message, depth-1)
		} else {
			r.within(f.Data, depth-1)
		}
	}
}
