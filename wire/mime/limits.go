package mime

// Limits bounds what one message can make the parser hold. A zero field
// stands for its default. Beyond a limit a part becomes a leaf of type
// application/octet-stream or a field is left out; no byte of the message is
// lost.
type Limits struct {
	Depth       int // nesting of multiparts and messages; default 64
	Parts       int // parts in the whole tree; default 2,000
	HeaderBytes int // bytes looked at in one header; default 256 KiB
	Boundary    int // length of a boundary; default 1,000 (the standard says 70)
	Addresses   int // addresses in one field of an envelope; default 5,000
	TreeBytes   int // text kept in the whole tree; default 1 MiB
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field *int
		value int
	}{{&l.Depth, 64}, {&l.Parts, 2000}, {&l.HeaderBytes, 256 << 10}, {&l.Boundary, 1000}, {&l.Addresses, 5000}, {&l.TreeBytes, 1 << 20}} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	return l
}
