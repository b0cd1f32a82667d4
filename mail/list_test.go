package mail

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestListBehavesLikeASortedSlice compares the chunked list with a plain one
// under random changes, and checks that old versions stay as they were.
func TestListBehavesLikeASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l list[int]
		var want []int
		rounds := rapid.IntRange(1, 20).Draw(t, "rounds")
		for range rounds {
			old, oldWant := l, slices.Clone(want)
			e := l.edit(cmp.Compare[int])
			for _, v := range rapid.SliceOfN(rapid.IntRange(-2000, 2000), 0, 300).Draw(t, "values") {
				at, found := slices.BinarySearch(want, abs(v))
				switch {
				case v < 0 && found:
					want = slices.Delete(want, at, at+1)
					e.remove(-v)
				case v < 0:
					e.remove(-v)
				default:
					if !found {
						want = slices.Insert(want, at, v)
					}
					e.put(v)
				}
			}
			l = e.done()
			same(t, l, want)
			same(t, old, oldWant)
		}
	})
}

func abs(v int) int { return max(v, -v) }

func same(t *rapid.T, l list[int], want []int) {
	if l.Len() != len(want) {
		t.Fatalf("length %d, want %d", l.Len(), len(want))
	}
	var forth, back []int
	l.each(0, func(v int) bool { forth = append(forth, v); return true })
	l.eachBack(l.Len()-1, func(v int) bool { back = append(back, v); return true })
	slices.Reverse(back)
	if !slices.Equal(forth, want) || !slices.Equal(back, want) {
		t.Fatalf("got %v and %v, want %v", forth, back, want)
	}
	for i, v := range want {
		if l.At(i) != v {
			t.Fatalf("At(%d) = %d, want %d", i, l.At(i), v)
		}
		if at := l.search(func(e int) bool { return e >= v }); at != i {
			t.Fatalf("search(%d) = %d, want %d", v, at, i)
		}
	}
}

// BenchmarkChangeOneOf100000 is the cost of one flag change in a large mailbox.
func BenchmarkChangeOneOf100000(b *testing.B) {
	e := list[int]{}.edit(cmp.Compare[int])
	for i := range 100_000 {
		e.put(i)
	}
	l := e.done()
	for i := 0; b.Loop(); i++ {
		e := l.edit(cmp.Compare[int])
		e.put(i * 7919 % 100_000)
		l = e.done()
	}
}
