package charset

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// codec is one known character set.
type codec struct {
	name   string
	decode func([]byte) (string, bool)
	// isASCII says that bytes below 0x80 always stand for themselves, so
	// that a text of such bytes alone needs no conversion.
	isASCII bool
}

// maxLabel bounds the labels looked at; IANA names have at most 40 characters.
const maxLabel = 64

// lookup finds a codec by the label written in a message.
func lookup(label string) (codec, bool) {
	label = normalLabel(label)
	if label == "" || len(label) > maxLabel {
		return codec{}, false
	}
	if c, ok := own(label); ok {
		return c, true
	}
	if e, err := htmlindex.Get(label); err == nil {
		if name, err := htmlindex.Name(e); err == nil && name != "replacement" && name != "x-user-defined" {
			return table(label, e), true
		}
	}
	if e, err := ianaindex.IANA.Encoding(label); err == nil && e != nil {
		return table(label, e), true
	}
	for _, prefix := range []string{"x-", "cs", "windows-", "cp", "x-windows-"} {
		rest, found := strings.CutPrefix(label, prefix)
		if !found {
			continue
		}
		if e, err := htmlindex.Get(rest); err == nil {
			return table(label, e), true
		}
	}
	return codec{}, false
}

// normalLabel lower-cases a label and takes off the quotes, spaces and RFC
// 2231 language ("iso-8859-1*en", RFC 2231 section 5) people leave on it.
func normalLabel(label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\r\n\"'<>;,"))
	label, _, _ = strings.Cut(label, "*")
	label = strings.TrimPrefix(label, "charset=")
	return strings.ReplaceAll(label, "_", "-")
}

// table makes a codec of an encoding that keeps ASCII as it is.
func table(name string, e encoding.Encoding) codec {
	return codec{name, func(b []byte) (string, bool) { return convert(e, b) }, true}
}

// own knows the labels whose meaning in mail differs from the web's, and
// those neither index has.
func own(label string) (codec, bool) {
	switch label {
	case "utf-8", "utf8", "unicode-1-1-utf-8", "utf-8-mac", "utf8mb4", "cp65001":
		return codec{"utf-8", decodeUTF8, true}, true
	case "us-ascii", "ascii", "ansi-x3.4-1968", "iso646-us", "7bit", "us":
		return codec{"us-ascii", decodeASCII, true}, true
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1", "iso-ir-100", "l1":
		return codec{"iso-8859-1", decodeLatin1, true}, true
	case "utf-7", "utf7", "unicode-1-1-utf-7", "cp65000", "x-unicode-2-0-utf-7":
		return codec{"utf-7", decodeUTF7, false}, true
	case "utf-16", "utf16", "ucs-2", "iso-10646-ucs-2", "unicode":
		return codec{"utf-16", decodeUTF16, false}, true
	case "utf-16be", "utf-16le":
		end := unicode.BigEndian
		if label == "utf-16le" {
			end = unicode.LittleEndian
		}
		return wide(label, unicode.UTF16(end, unicode.UseBOM)), true
	case "utf-32", "utf32", "utf-32be", "utf-32le", "ucs-4":
		end := utf32.BigEndian
		if label == "utf-32le" {
			end = utf32.LittleEndian
		}
		return wide(label, utf32.UTF32(end, utf32.UseBOM)), true
	case "windows-1258", "cp1258", "x-cp1258":
		return codec{"windows-1258", decode1258, true}, true
	case "tcvn", "tcvn-5712", "tcvn5712", "tcvn5712-1", "tcvn5712-2", "tcvn-3", "tcvn3", "x-viet-tcvn", "x-viet-tcvn5712", "viet-tcvn", "csviettcvn":
		return codec{"tcvn", decodeTCVN, false}, true
	case "viscii", "viscii-1.1", "viscii1.1-1", "csviscii", "x-viet-viscii":
		return codec{"viscii", decodeVISCII, false}, true
	}
	return ownEastAsian(label)
}

// ownEastAsian maps each label to the widest set sold under that name: mail
// labelled gb2312 holds GBK characters, ks_c_5601-1987 holds CP949.
func ownEastAsian(label string) (codec, bool) {
	switch label {
	case "gb2312", "gb-2312", "gb2312-80", "gbk", "cp936", "windows-936", "ms936", "gb18030", "gb18030-2000", "gb-18030", "gb-2312-80", "euc-cn", "euccn", "x-gbk", "chinese", "csgb2312":
		return table("gb18030", simplifiedchinese.GB18030), true
	case "hz-gb-2312", "hz":
		return codec{"hz-gb-2312", func(b []byte) (string, bool) { return convert(simplifiedchinese.HZGB2312, b) }, false}, true
	case "big5", "big-5", "big5-hkscs", "big5hkscs", "big5-eten", "cp950", "ms950", "windows-950", "x-big5", "cn-big5", "x-x-big5", "csbig5", "big5-2003":
		return table("big5", traditionalchinese.Big5), true
	case "euc-kr", "euckr", "ks-c-5601", "ks-c-5601-1987", "ks-c-5601-1989", "ksc5601", "ksc-5601", "ks-x-1001", "cp949", "uhc", "ms949", "windows-949", "x-windows-949", "korean", "cseuckr", "5601":
		return table("euc-kr", korean.EUCKR), true
	case "shift-jis", "shiftjis", "sjis", "x-sjis", "ms-kanji", "cp932", "ms932", "windows-31j", "windows-932", "x-ms-cp932", "csshiftjis":
		return table("shift_jis", japanese.ShiftJIS), true
	case "euc-jp", "eucjp", "x-euc-jp", "x-euc", "cp51932":
		return table("euc-jp", japanese.EUCJP), true
	case "iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-2004", "iso-2022-jp-ms", "jis", "cp50220", "cp50221", "cp50222", "csiso2022jp", "csiso2022jp2",
		"iso-2022-kr", "csiso2022kr", "cp50225", "iso-2022-cn", "iso-2022-cn-ext", "csiso2022cn":
		return codec{label, decodeISO2022, false}, true
	case "tis-620", "tis620", "iso-8859-11", "cp874", "windows-874":
		return table("windows-874", charmap.Windows874), true
	}
	return codec{}, false
}

// wide makes a codec of an encoding in which ASCII takes several bytes.
func wide(name string, e encoding.Encoding) codec {
	return codec{name, func(b []byte) (string, bool) { return convert(e, b) }, false}
}
