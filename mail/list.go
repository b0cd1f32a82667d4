package mail

import "sort"

// list is an immutable sorted sequence in chunks, so that a changed copy of
// 100,000 elements shares all but one chunk with the old one.
type list[T any] struct {
	chunks [][]T
	starts []int // index of each chunk's first element
	n      int
}

// chunkSize balances the cost of copying a chunk and of copying the list of
// chunks: about the square root of a large mailbox.
const chunkSize = 256

// Len returns the number of elements.
func (l list[T]) Len() int { return l.n }

// At returns element i, 0 <= i < Len.
func (l list[T]) At(i int) T {
	c := sort.Search(len(l.starts), func(k int) bool { return l.starts[k] > i }) - 1
	return l.chunks[c][i-l.starts[c]]
}

// search returns the index of the first element for which reached is true;
// reached must be false for a prefix and true for the rest.
func (l list[T]) search(reached func(T) bool) int {
	c := sort.Search(len(l.chunks), func(k int) bool { return reached(l.chunks[k][len(l.chunks[k])-1]) })
	if c == len(l.chunks) {
		return l.n
	}
	return l.starts[c] + sort.Search(len(l.chunks[c]), func(i int) bool { return reached(l.chunks[c][i]) })
}

// each calls fn for the elements from index i on until it returns false.
func (l list[T]) each(i int, fn func(T) bool) {
	if i >= l.n {
		return
	}
	c := sort.Search(len(l.starts), func(k int) bool { return l.starts[k] > i }) - 1
	for i -= l.starts[c]; c < len(l.chunks); c, i = c+1, 0 {
		for _, v := range l.chunks[c][i:] {
			if !fn(v) {
				return
			}
		}
	}
}

// eachBack calls fn for the elements from index i down to 0 until it returns false.
func (l list[T]) eachBack(i int, fn func(T) bool) {
	if i < 0 || l.n == 0 {
		return
	}
	c := sort.Search(len(l.starts), func(k int) bool { return l.starts[k] > i }) - 1
	for i -= l.starts[c]; ; {
		for ; i >= 0; i-- {
			if !fn(l.chunks[c][i]) {
				return
			}
		}
		if c--; c < 0 {
			return
		}
		i = len(l.chunks[c]) - 1
	}
}

// edit is a list being changed; each chunk is copied at most once.
type edit[T any] struct {
	chunks [][]T
	owned  []bool
	cmp    func(a, b T) int
}

func (l list[T]) edit(cmp func(a, b T) int) *edit[T] {
	e := &edit[T]{chunks: make([][]T, len(l.chunks), len(l.chunks)+1), owned: make([]bool, len(l.chunks), len(l.chunks)+1), cmp: cmp}
	copy(e.chunks, l.chunks)
	return e
}

// find returns the chunk and index where v is or belongs.
func (e *edit[T]) find(v T) (c, i int, found bool) {
	c = sort.Search(len(e.chunks), func(k int) bool { return e.cmp(e.chunks[k][len(e.chunks[k])-1], v) >= 0 })
	if c == len(e.chunks) {
		if c > 0 {
			return c - 1, len(e.chunks[c-1]), false
		}
		return 0, 0, false
	}
	ch := e.chunks[c]
	i = sort.Search(len(ch), func(k int) bool { return e.cmp(ch[k], v) >= 0 })
	return c, i, e.cmp(ch[i], v) == 0
}

func (e *edit[T]) own(c int) {
	if !e.owned[c] {
		fresh := make([]T, len(e.chunks[c]), len(e.chunks[c])+1)
		copy(fresh, e.chunks[c])
		e.chunks[c], e.owned[c] = fresh, true
	}
}

// put inserts v, or replaces the element equal to it.
func (e *edit[T]) put(v T) {
	c, i, found := e.find(v)
	switch {
	case len(e.chunks) == 0:
		e.chunks, e.owned = append(e.chunks, append(make([]T, 0, chunkSize), v)), append(e.owned, true)
		return
	case found:
		e.own(c)
		e.chunks[c][i] = v
		return
	case len(e.chunks[c]) >= chunkSize && i == len(e.chunks[c]) && c == len(e.chunks)-1:
		// Appending: leave the full chunk alone and start the next.
		e.chunks, e.owned = append(e.chunks, append(make([]T, 0, chunkSize), v)), append(e.owned, true)
		return
	}
	e.own(c)
	var zero T
	ch := append(e.chunks[c], zero)
	copy(ch[i+1:], ch[i:])
	ch[i] = v
	e.chunks[c] = ch
	if len(ch) > 2*chunkSize {
		e.split(c)
	}
}

func (e *edit[T]) split(c int) {
	ch := e.chunks[c]
	right := append(make([]T, 0, chunkSize+1), ch[len(ch)/2:]...)
	e.chunks[c] = ch[: len(ch)/2 : len(ch)/2]
	e.chunks = append(e.chunks, nil)
	copy(e.chunks[c+2:], e.chunks[c+1:])
	e.chunks[c+1] = right
	e.owned = append(e.owned, false)
	copy(e.owned[c+2:], e.owned[c+1:])
	e.owned[c+1] = true
}

// remove takes out the element equal to v, if it is there.
func (e *edit[T]) remove(v T) {
	if len(e.chunks) == 0 {
		return
	}
	c, i, found := e.find(v)
	if !found {
		return
	}
	e.own(c)
	ch := e.chunks[c]
	copy(ch[i:], ch[i+1:])
	e.chunks[c] = ch[:len(ch)-1]
	if len(e.chunks[c]) == 0 {
		e.chunks = append(e.chunks[:c], e.chunks[c+1:]...)
		e.owned = append(e.owned[:c], e.owned[c+1:]...)
	}
}

// done returns the changed list; the edit must not be used afterwards.
func (e *edit[T]) done() list[T] {
	l := list[T]{chunks: e.chunks, starts: make([]int, len(e.chunks))}
	for i, ch := range e.chunks {
		l.starts[i] = l.n
		l.n += len(ch)
	}
	return l
}
