package sieve

// Limits bound what a script may ask for. A zero field means its default.
type Limits struct {
	Script     int // bytes of a script, default 256 KiB
	Nesting    int // of blocks and tests, default 32 (RFC 5228 section 2.10.5 asks for 15)
	Commands   int // commands and tests of a script, default 10,000
	List       int // strings in a list, default 1,000
	Text       int // bytes of a string, default 64 KiB
	Variables  int // variables at run time, default 128 (RFC 5229 section 6)
	Variable   int // bytes of a variable's value, default 8,192 (RFC 5229 asks for 4,000)
	Actions    int // of one run, default 64
	Redirects  int // of one run, default 8
	Flags      int // on one message, default 100
	Body       int // bytes of a body that are looked at, default 1 MiB
	Steps      int // of work in one run, default 20 million
	MinSeconds int // between two vacation answers, default a day (RFC 5230 section 4.1), a minute with vacation-seconds
	MaxDays    int // between two vacation answers, default 90
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.Script, 256<<10)
	set(&l.Nesting, 32)
	set(&l.Commands, 10_000)
	set(&l.List, 1000)
	set(&l.Text, 64<<10)
	set(&l.Variables, 128)
	set(&l.Variable, 8<<10)
	set(&l.Actions, 64)
	set(&l.Redirects, 8)
	set(&l.Flags, 100)
	set(&l.Body, 1<<20)
	set(&l.Steps, 20_000_000)
	set(&l.MinSeconds, 24*3600)
	set(&l.MaxDays, 90)
	return l
}
