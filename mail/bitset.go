package mail

// bitset is a set of message numbers, which are small and dense.
type bitset []uint64

func newBitset(ids []int64) bitset {
	if len(ids) == 0 {
		return nil
	}
	b := make(bitset, ids[len(ids)-1]/64+1) // ids ascend
	for _, id := range ids {
		b[id/64] |= 1 << (id % 64)
	}
	return b
}

func (b bitset) has(id int64) bool {
	return id/64 < int64(len(b)) && b[id/64]&(1<<(id%64)) != 0
}

// and returns the numbers up to the bound that are in both.
func (b bitset) and(other bitset, bound int64) bitset {
	out := make(bitset, min(int64(len(b)), int64(len(other)), bound/64+1))
	for i := range out {
		out[i] = b[i] & other[i]
	}
	return out
}
