package imap

// Limits bound what one client can make the parser hold or do. A zero field
// means the default beside it.
type Limits struct {
	Line     int   // octets of one line without its literals; 64 KiB
	Literal  int64 // octets of one literal held in memory; 64 KiB
	Command  int64 // octets of all lines and held literals of one command; 512 KiB
	Append   int64 // octets of one APPEND literal; 150 MiB
	Drain    int64 // octets of a refused non-synchronising literal read and dropped before the connection is given up; 160 MiB
	Depth    int   // nested parentheses, OR and NOT of a search program; 50
	SetParts int   // ranges in one sequence set; 16,384
	Keys     int   // search keys in one program; 1,000
	Items    int   // members of any other list; 1,000
}

// WithDefaults fills the fields that are zero.
func (l Limits) WithDefaults() Limits {
	def := func(p *int, n int) {
		if *p == 0 {
			*p = n
		}
	}
	def64 := func(p *int64, n int64) {
		if *p == 0 {
			*p = n
		}
	}
	def(&l.Line, 64<<10)
	def64(&l.Literal, 64<<10)
	def64(&l.Command, 512<<10)
	def64(&l.Append, 150<<20)
	def64(&l.Drain, 160<<20)
	def(&l.Depth, 50)
	def(&l.SetParts, 16384)
	def(&l.Keys, 1000)
	def(&l.Items, 1000)
	return l
}
