package tnef

import "encoding/binary"

// rtfPrefix fills the dictionary before the first byte (MS-OXRTFCP section
// 2.1.2.1).
const rtfPrefix = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

const (
	rtfPacked   = 0x75465A4C // "LZFu"
	rtfPlain    = 0x414C454D // "MELA"
	rtfHeader   = 16
	rtfWindow   = 4096
	rtfMinMatch = 2
)

// unpackRTF undoes the compression of MS-OXRTFCP section 3.1; isWhole says
// that nothing was missing.
func unpackRTF(b []byte, max int) (rtf []byte, isWhole bool) {
	if len(b) < rtfHeader {
		return nil, false
	}
	size, kind := int(binary.LittleEndian.Uint32(b[4:])), binary.LittleEndian.Uint32(b[8:])
	b = b[rtfHeader:]
	if size > max {
		return nil, false
	}
	if kind == rtfPlain {
		return b[:min(size, len(b))], size <= len(b)
	}
	if kind != rtfPacked {
		return nil, false
	}
	var window [rtfWindow]byte
	at := copy(window[:], rtfPrefix)
	put := func(c byte) {
		rtf = append(rtf, c)
		window[at] = c
		at = (at + 1) % rtfWindow
	}
	for len(b) > 0 {
		control := b[0]
		b = b[1:]
		for bit := range 8 {
			if control>>bit&1 == 0 {
				if len(b) == 0 {
					return rtf, len(rtf) >= size
				}
				put(b[0])
				b = b[1:]
			} else {
				if len(b) < 2 {
					return rtf, false
				}
				ref := int(binary.BigEndian.Uint16(b))
				b = b[2:]
				from, n := ref>>4, ref&15+rtfMinMatch
				if from == at { // section 3.1.3.2: the end mark
					return rtf, true
				}
				for range n {
					put(window[from])
					from = (from + 1) % rtfWindow
				}
			}
			if len(rtf) > max {
				return rtf[:max], false
			}
		}
	}
	return rtf, len(rtf) >= size
}
