package imap

// huffman is a canonical code (RFC 1951 section 3.2.2): how many codes there
// are of each length, and the symbols in the order of their codes.
type huffman struct {
	count   [16]int
	symbols []uint16
}

// newHuffman builds a code from the lengths of its symbols' codes; ok is
// false when there are more codes than fit.
func newHuffman(lengths []uint8) (h huffman, ok bool) {
	for _, n := range lengths {
		h.count[n]++
	}
	h.count[0] = 0
	left := 1
	var offset [17]int
	for n := 1; n < 16; n++ {
		left = left<<1 - h.count[n]
		if left < 0 {
			return h, false
		}
		offset[n+1] = offset[n] + h.count[n]
	}
	h.symbols = make([]uint16, offset[16])
	for sym, n := range lengths {
		if n > 0 {
			h.symbols[offset[n]] = uint16(sym)
			offset[n]++
		}
	}
	return h, true
}

// The fixed codes of section 3.2.6.
var fixedLit, fixedDist = fixedCodes()

func fixedCodes() (lit, dist huffman) {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	lit, _ = newHuffman(lengths[:])
	for i := range 30 {
		lengths[i] = 5
	}
	dist, _ = newHuffman(lengths[:30])
	return lit, dist
}

// code decodes one symbol.
func (f *inflater) code(h *huffman) (int, error) {
	word, have := f.peek()
	code, first, index := 0, 0, 0
	for n := 1; n < 16; n++ {
		if n > have {
			return 0, errShort
		}
		code |= int(word & 1)
		word >>= 1
		if k := code - first; k < h.count[n] {
			f.pos += n
			return int(h.symbols[index+k]), nil
		}
		index += h.count[n]
		first = (first + h.count[n]) << 1
		code <<= 1
	}
	return 0, errCorrupt
}

// lengthOrder is the order of code length code lengths (section 3.2.7).
var lengthOrder = [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// tables reads the codes of a block with dynamic ones (section 3.2.7).
func (f *inflater) tables() error {
	sizes, err := f.bits(14)
	if err != nil {
		return err
	}
	lits, dists, codes := sizes&31+257, sizes>>5&31+1, sizes>>10+4
	if lits > 286 || dists > 30 {
		return errCorrupt
	}
	var lengths [286 + 30]uint8
	for i := range codes {
		n, err := f.bits(3)
		if err != nil {
			return err
		}
		lengths[lengthOrder[i]] = uint8(n)
	}
	lencode, ok := newHuffman(lengths[:19])
	if !ok {
		return errCorrupt
	}
	clear(lengths[:19])
	if err := f.codeLengths(&lencode, lengths[:lits+dists]); err != nil {
		return err
	}
	lit, ok1 := newHuffman(lengths[:lits])
	dist, ok2 := newHuffman(lengths[lits : lits+dists])
	if !ok1 || !ok2 || lengths[256] == 0 {
		return errCorrupt
	}
	f.lit, f.dist, f.step = lit, dist, (*inflater).symbol
	return nil
}

// codeLengths reads run-length coded code lengths.
func (f *inflater) codeLengths(lencode *huffman, out []uint8) error {
	for i := 0; i < len(out); {
		sym, err := f.code(lencode)
		if err != nil {
			return err
		}
		if sym < 16 {
			out[i] = uint8(sym)
			i++
			continue
		}
		value, extra, base := uint8(0), 3, 3
		switch sym {
		case 16:
			if i == 0 {
				return errCorrupt
			}
			value, extra = out[i-1], 2
		case 18:
			extra, base = 7, 11
		}
		more, err := f.bits(extra)
		if err != nil {
			return err
		}
		n := base + more
		if i+n > len(out) {
			return errCorrupt
		}
		for range n {
			out[i] = value
			i++
		}
	}
	return nil
}
