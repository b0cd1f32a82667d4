package charset

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The upper halves of VISCII 1.1 (RFC 1456) and TCVN 5712:1993 VN1, from 0x80
// on, and the control characters each of them gives up for capital letters.
const visciiHigh = "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ" +
	"ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ" +
	"ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư" +
	"àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"

const tcvnHigh = "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ" +
	"\u00A0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ" +
	"ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò" +
	"ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"

var (
	visciiLow = map[byte]rune{0x02: 'Ẳ', 0x05: 'Ẵ', 0x06: 'Ẫ', 0x14: 'Ỷ', 0x19: 'Ỹ', 0x1E: 'Ỵ'}
	tcvnLow   = map[byte]rune{0x01: 'Ú', 0x02: 'Ụ', 0x04: 'Ừ', 0x05: 'Ử', 0x06: 'Ữ', 0x11: 'Ứ', 0x12: 'Ự', 0x13: 'Ỳ', 0x14: 'Ỷ', 0x15: 'Ỹ', 0x16: 'Ý', 0x17: 'Ỵ'}
)

// decodeVISCII reads RFC 1456, which has a letter in every place.
func decodeVISCII(b []byte) (string, bool) {
	return decodeViet(b, visciiLow, visciiHigh), true
}

// decodeTCVN reads VN1, of which VN2 (what fonts called ABC use) is a part,
// and composes its combining tone marks.
func decodeTCVN(b []byte) (string, bool) {
	return norm.NFC.String(decodeViet(b, tcvnLow, tcvnHigh)), true
}

func decodeViet(b []byte, low map[byte]rune, high string) string {
	upper := []rune(high)
	var out strings.Builder
	out.Grow(len(b) + len(b)/2)
	for _, c := range b {
		switch {
		case c >= 0x80:
			out.WriteRune(upper[c-0x80])
		case c < 0x20 && low[c] != 0:
			out.WriteRune(low[c])
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}
