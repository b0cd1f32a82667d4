package demo

import (
	"encoding/base64"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/unicode/norm"

	"chancery/kit/errs"
)

// encodeIn writes text in a charset. The empty charset is UTF-8.
func encodeIn(charset, text string) ([]byte, error) {
	var enc encoding.Encoding
	switch strings.ToLower(charset) {
	case "", "utf-8":
		return []byte(text), nil
	case "big5":
		return encodeBig5(text)
	case "gb18030":
		enc = simplifiedchinese.GB18030
	case "gb2312", "gbk":
		enc = simplifiedchinese.GBK
	case "euc-kr":
		enc = korean.EUCKR
	case "iso-2022-jp":
		enc = japanese.ISO2022JP
	case "windows-1252":
		enc = charmap.Windows1252
	case "windows-1258":
		enc, text = charmap.Windows1258, toneApart(text)
	case "viscii":
		return encodeVISCII(text)
	case "iso-2022-kr":
		return encodeISO2022KR(text)
	default:
		return nil, errs.E(errs.Invalid, "no encoder for the charset %q", charset)
	}
	out, err := enc.NewEncoder().Bytes([]byte(text))
	return out, errs.Wrap(errs.Invalid, err, "the text does not fit %s", charset)
}

// big5Codes is Big5 turned round. The encoder of x/text picks the last code of
// a character that has several (U+6E2F as FDBB, an extension), which programs
// with plain Big5 cannot read; the first one is the one everybody knows.
var big5Codes = sync.OnceValue(func() map[rune][2]byte {
	codes := make(map[rune][2]byte, 14000)
	for lead := 0xa1; lead <= 0xf9; lead++ {
		for trail := 0x40; trail <= 0xfe; trail++ {
			code := [2]byte{byte(lead), byte(trail)}
			out, err := traditionalchinese.Big5.NewDecoder().Bytes(code[:])
			r, size := utf8.DecodeRune(out)
			if _, known := codes[r]; err == nil && size == len(out) && r != utf8.RuneError && !known {
				codes[r] = code
			}
		}
	}
	return codes
})

func encodeBig5(text string) ([]byte, error) {
	var out []byte
	for _, r := range text {
		code, ok := big5Codes()[r]
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case ok:
			out = append(out, code[0], code[1])
		default:
			return nil, errs.E(errs.Invalid, "Big5 has no %q", r)
		}
	}
	return out, nil
}

// toneApart takes the five tone marks off Vietnamese letters, because
// windows-1258 holds the vowels and the tones as separate characters.
func toneApart(text string) string {
	var b strings.Builder
	for _, r := range text {
		var letter, tone []rune
		for _, part := range norm.NFD.String(string(r)) {
			switch part {
			case 0x300, 0x301, 0x303, 0x309, 0x323:
				tone = append(tone, part)
			default:
				letter = append(letter, part)
			}
		}
		b.WriteString(norm.NFC.String(string(letter)) + string(tone))
	}
	return b.String()
}

// visciiHigh are the letters of VISCII from 0x80 on (RFC 1456 section 3).
var visciiHigh = []rune("ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ" +
	"ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ")

// visciiLow are the six letters that VISCII puts among the controls.
var visciiLow = map[rune]byte{'Ẳ': 0x02, 'Ẵ': 0x05, 'Ẫ': 0x06, 'Ỷ': 0x14, 'Ỹ': 0x19, 'Ỵ': 0x1e}

func encodeVISCII(text string) ([]byte, error) {
	codes := make(map[rune]byte, len(visciiHigh))
	for i, r := range visciiHigh {
		codes[r] = byte(0x80 + i)
	}
	var out []byte
	for _, r := range text {
		code, high := codes[r]
		low, control := visciiLow[r]
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case high:
			out = append(out, code)
		case control:
			out = append(out, low)
		default:
			return nil, errs.E(errs.Invalid, "VISCII has no %q", r)
		}
	}
	return out, nil
}

// encodeISO2022KR writes RFC 1557: the designator once at the start, then
// shift-out before and shift-in after each run of Hangul, ASCII at line ends.
func encodeISO2022KR(text string) ([]byte, error) {
	euc, err := korean.EUCKR.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the text does not fit ISO-2022-KR")
	}
	const shiftOut, shiftIn = 0x0e, 0x0f
	out := []byte("\x1b$)C")
	korean := false
	for _, c := range euc {
		if wide := c >= 0x80; wide != korean {
			korean = wide
			if wide {
				out = append(out, shiftOut)
			} else {
				out = append(out, shiftIn)
			}
		}
		out = append(out, c&0x7f)
	}
	if korean {
		out = append(out, shiftIn)
	}
	return out, nil
}

// word writes text as a header word: as it stands when ASCII, as RFC 2047
// encoded words otherwise, each of at most 75 characters and of whole
// characters (section 5, rule 3).
func word(charset, text string) (string, error) {
	if isASCII(text) {
		return text, nil
	}
	switch strings.ToLower(charset) {
	case "":
		charset = "UTF-8"
	case "iso-2022-kr":
		charset = "EUC-KR" // RFC 1557 section 3: headers use EUC-KR
	}
	var words []string
	if _, err := encodeIn(charset, text); err != nil {
		// A name from another script: mail programs fall back to UTF-8 word by word.
		charset = "UTF-8"
	}
	limit := (75 - len("=??B??=") - len(charset)) / 4 * 3
	chunk := ""
	flush := func() error {
		raw, err := encodeIn(charset, chunk)
		words = append(words, "=?"+charset+"?B?"+base64.StdEncoding.EncodeToString(raw)+"?=")
		chunk = ""
		return err
	}
	for _, r := range text {
		raw, err := encodeIn(charset, chunk+string(r))
		if err != nil {
			return "", err
		}
		// Combining tones of windows-1258 stay with their letter, since r is
		// still precomposed here.
		if chunk != "" && len(raw) > limit {
			if err := flush(); err != nil {
				return "", err
			}
		}
		chunk += string(r)
	}
	err := flush()
	return strings.Join(words, "\r\n "), err
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] < 0x20 {
			return false
		}
	}
	return true
}
