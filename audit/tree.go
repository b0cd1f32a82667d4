package audit

import (
	"bytes"
	"encoding/json"
	"slices"

	"chancery/kit/errs"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

// The record of an organisation is a Merkle tree (RFC 6962, section 2.1): its
// root says what stands in every entry and in which order. Only its edge is
// kept, the roots of the perfect subtrees that it is made of; all else follows
// from the entries.

var trees = compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

// leaf is the entry's hash in the tree.
func (e Entry) leaf() ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return rfc6962.DefaultHasher.HashLeaf(text), nil
}

// unpack reads the edge of a tree of so many entries.
func unpack(size int64, edge []byte) (*compact.Range, error) {
	var hashes [][]byte
	for h := range slices.Chunk(edge, rfc6962.DefaultHasher.Size()) {
		hashes = append(hashes, h)
	}
	r, err := trees.NewRange(0, uint64(size), hashes)
	return r, errs.Wrap(errs.Internal, err, "the end of the audit record is damaged")
}

func pack(r *compact.Range) []byte { return bytes.Join(r.Hashes(), nil) }

// root is the hash of a whole tree.
func root(r *compact.Range) ([]byte, error) {
	if r.End() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot(), nil
	}
	return r.GetRootHash(nil)
}
