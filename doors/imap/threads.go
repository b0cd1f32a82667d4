package imap

import (
	"cmp"
	"slices"

	"chancery/wire/mime"
)

// node is a place in a thread; letter is nil where a message is only referred to.
type node struct {
	letter   *letter
	parent   *node
	children []*node
}

// maxThreadDepth bounds how deep replies are shown; deeper ones join the last
// level, so that no chain of references exhausts the stack.
const maxThreadDepth = 500

// bySubject is ORDEREDSUBJECT (RFC 5256 section 3): equal base subjects are a
// thread of one first message and the others below it.
func bySubject(letters []letter) []*node {
	order := make([]*letter, len(letters))
	for i := range letters {
		order[i] = &letters[i]
	}
	slices.SortStableFunc(order, compareSent)
	threads := map[string]*node{}
	var roots []*node
	for _, l := range order {
		base, _ := mime.BaseSubject(l.subject)
		base = foldCase(base)
		root, ok := threads[base]
		if !ok {
			root = &node{letter: l}
			threads[base] = root
			roots = append(roots, root)
			continue
		}
		root.add(&node{letter: l})
	}
	return roots
}

func compareSent(a, b *letter) int {
	return cmp.Or(cmp.Compare(a.sent, b.sent), cmp.Compare(a.seq, b.seq))
}

func (n *node) add(child *node) {
	child.parent = n
	n.children = append(n.children, child)
}

// detach takes a node from its parent.
func (n *node) detach() {
	if n.parent != nil {
		n.parent.children = slices.DeleteFunc(n.parent.children, func(k *node) bool { return k == n })
		n.parent = nil
	}
}

// above says whether n is other or stands above it.
func (n *node) above(other *node) bool {
	for ; other != nil; other = other.parent {
		if n == other {
			return true
		}
	}
	return false
}

// byReferences is REFERENCES (RFC 5256 section 3, steps 1 to 6).
func byReferences(letters []letter) []*node {
	t := threader{byID: map[string]*node{}}
	for i := range letters { // step 1
		t.place(&letters[i])
	}
	var roots []*node // step 2
	for _, n := range t.all {
		if n.parent == nil {
			roots = append(roots, n)
		}
	}
	roots = prune(roots, true) // step 3
	sortBySent(roots)          // step 4
	roots = joinSubjects(roots)
	sortBySent(roots) // step 6
	return roots
}

// threader links messages by their ids.
type threader struct {
	byID map[string]*node
	all  []*node // in order of appearance
}

func (t *threader) node(id string) *node {
	n, ok := t.byID[id]
	if !ok {
		n = &node{}
		t.byID[id] = n
		t.all = append(t.all, n)
	}
	return n
}

// place puts a message below the last of its references (step 1).
func (t *threader) place(l *letter) {
	var prev *node
	for _, id := range l.references {
		n := t.node(id)
		// Links that exist already stay, and no link may close a circle.
		if prev != nil && n.parent == nil && prev != n && !n.above(prev) {
			prev.add(n)
		}
		prev = n
	}
	var own *node
	if l.id != "" {
		own = t.node(l.id)
	}
	if own == nil || own.letter != nil { // no id, or one used twice: its own
		own = &node{}
		t.all = append(t.all, own)
	}
	own.letter = l
	// The message's own references outrank what others said of it.
	if own.parent == prev {
		return
	}
	own.detach()
	if prev != nil && !own.above(prev) {
		prev.add(own)
	}
}

// prune takes out nodes without a message (step 3): one without children goes,
// the children of another take its place, except that at the top several
// children keep it as their common root. Children are pruned before their
// parents, without recursion.
func prune(list []*node, top bool) []*node {
	order := slices.Clone(list)
	depth := map[*node]int{}
	for i := 0; i < len(order); i++ {
		n := order[i]
		if depth[n] >= maxThreadDepth {
			n.flatten()
		}
		for _, k := range n.children {
			depth[k] = depth[n] + 1
			if depth[n] < maxThreadDepth {
				order = append(order, k)
			}
		}
	}
	for _, n := range slices.Backward(order) {
		n.children = lift(n.children, false)
		for _, k := range n.children {
			k.parent = n
		}
	}
	return lift(list, top)
}

// flatten makes everything below a node its children.
func (n *node) flatten() {
	var below []*node
	for queue := n.children; len(queue) > 0; queue = queue[1:] {
		k := queue[0]
		queue = append(queue, k.children...)
		k.children = nil
		if k.letter != nil {
			below = append(below, k)
		}
	}
	n.children = below
}

// lift replaces the empty nodes of a list, whose children are pruned already.
func lift(list []*node, top bool) []*node {
	var out []*node
	for _, n := range list {
		switch {
		case n.letter != nil:
			out = append(out, n)
		case len(n.children) == 0:
		case !top || len(n.children) == 1:
			for _, k := range n.children {
				k.parent = n.parent
			}
			out = append(out, n.children...)
		default:
			out = append(out, n)
		}
	}
	return out
}

// top is the message that stands for a thread: the root, or the first child of
// a root without a message.
func (n *node) top() *letter {
	for n.letter == nil && len(n.children) > 0 {
		n = n.children[0]
	}
	return n.letter
}

// sortBySent orders siblings by date on every level (steps 4 and 6), the
// deepest first, as a root without a message takes the date of its first child.
func sortBySent(roots []*node) {
	order := slices.Clone(roots)
	for i := 0; i < len(order); i++ {
		order = append(order, order[i].children...)
	}
	compare := func(a, b *node) int { return compareSent(a.top(), b.top()) }
	for _, n := range slices.Backward(order) {
		slices.SortStableFunc(n.children, compare)
	}
	slices.SortStableFunc(roots, compare)
}

// joinSubjects joins threads of the same base subject (step 5).
func joinSubjects(roots []*node) []*node {
	table := map[string]*node{}
	for _, n := range roots {
		base, isReply := n.subject()
		if base == "" {
			continue
		}
		have, ok := table[base]
		// A root without message, or one that is no reply, is the better head.
		if !ok || (n.letter == nil && have.letter != nil) || (have.letter != nil && replies(have) && !isReply) {
			table[base] = n
		}
	}
	for i, n := range roots {
		base, isReply := n.subject()
		head, ok := table[base]
		if base == "" || !ok || head == n {
			continue
		}
		roots[i] = nil
		switch {
		case head.letter == nil && n.letter == nil: // both empty: one takes the other's children
			for _, k := range n.children {
				head.add(k)
			}
		case head.letter == nil:
			head.add(n)
		case isReply && !replies(head):
			head.add(n)
		default: // both equal: siblings below a new root without message
			both := &node{letter: head.letter, parent: head, children: head.children}
			for _, k := range both.children {
				k.parent = both
			}
			head.letter, head.children = nil, []*node{both}
			head.add(n)
		}
	}
	return slices.DeleteFunc(roots, func(n *node) bool { return n == nil })
}

// subject is the base subject of a thread and whether it is a reply's.
func (n *node) subject() (string, bool) {
	base, isReply := mime.BaseSubject(n.top().subject)
	return foldCase(base), isReply
}

func replies(n *node) bool {
	_, isReply := n.subject()
	return isReply
}
