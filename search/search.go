package search

import (
	"context"
	"embed"
	"io/fs"
	"slices"

	"chancery/kit/errs"
	"chancery/store"
)

//go:embed sqlite/schema/*.sql postgres/schema/*.sql
var schemas embed.FS

// formVersion counts the changes of the form of tokens. An index of another
// version is emptied when opened, and filled again by its rooms.
const formVersion = 1

// Index is the open index. Its methods may be called from many goroutines.
type Index struct {
	db     *store.Store
	side   bool // db is a database of its own, to be closed
	engine engine
}

// engine is what differs between the databases.
type engine interface {
	put(ctx context.Context, tx *store.Tx, account, slot int64, docs []Document) error
	remove(ctx context.Context, tx *store.Tx, account, slot int64, docs []int64) error
	clear(ctx context.Context, tx *store.Tx, account, slot int64) error
	clearAll(ctx context.Context, tx *store.Tx) error
	search(ctx context.Context, tx *store.Tx, account, slot int64, w Words, f Field) ([]int64, error)
	list(ctx context.Context, tx *store.Tx, account, slot int64) ([]int64, error)
}

// Watermark says how far an account is indexed.
type Watermark struct {
	Doc    int64 // every document up to this number
	Modseq int64 // every removal up to this count of the room's
}

// Batch is what is to change for one account, in one transaction.
type Batch struct {
	Account int64
	Put     []Document
	Remove  []int64
	Mark    Watermark // where the account stands after it
}

// Open opens the index beside a store, or makes it.
func Open(ctx context.Context, main *store.Store) (*Index, error) {
	db, err := main.OpenSide(ctx, "search")
	if err != nil {
		return nil, err
	}
	x := &Index{db: db, side: db.IsSideOf(main), engine: sqlite{}}
	if db.Engine() == "postgres" {
		x.engine = postgres{}
	}
	files, err := fs.Sub(schemas, db.Engine())
	if err == nil {
		err = db.Migrate(ctx, "search", files)
	}
	if err == nil {
		err = x.checkForm(ctx)
	}
	if err != nil {
		x.Close()
		return nil, err
	}
	return x, nil
}

// BatchSize is how many documents one transaction should put in: many are
// cheap, few keep others waiting less where the index shares its writer.
func (x *Index) BatchSize() int {
	if x.side {
		return 200
	}
	return 50
}

// Close closes the index.
func (x *Index) Close() error {
	if x.side {
		return x.db.Close()
	}
	return nil
}

// checkForm empties an index whose tokens have another form.
func (x *Index) checkForm(ctx context.Context) error {
	return x.db.Write(ctx, func(tx *store.Tx) error {
		version, err := selectForm(ctx, tx)
		if err != nil || version == formVersion {
			return err
		}
		if version != 0 {
			if err := x.engine.clearAll(ctx, tx); err != nil {
				return err
			}
		}
		return updateForm(ctx, tx, formVersion)
	})
}

// Apply puts documents in, or again, takes others out, and moves the
// watermarks, all or none.
func (x *Index) Apply(ctx context.Context, batches ...Batch) error {
	for _, b := range batches {
		for _, d := range b.Put {
			if d.Doc <= 0 || d.Doc >= 1<<32 || d.Doc > b.Mark.Doc || d.Text == nil {
				return errs.E(errs.Invalid, "A document needs a text and a number up to the new watermark %d, not %d.", b.Mark.Doc, d.Doc)
			}
		}
	}
	return x.db.Write(ctx, func(tx *store.Tx) error {
		for _, b := range batches {
			slot, mark, err := takeSlot(ctx, tx, b.Account)
			if err != nil {
				return err
			}
			remove := slices.Clone(b.Remove)
			for _, d := range b.Put {
				if d.Doc <= mark.Doc {
					remove = append(remove, d.Doc) // may be in already
				}
			}
			if err := x.engine.remove(ctx, tx, b.Account, slot, remove); err != nil {
				return err
			}
			if err := x.engine.put(ctx, tx, b.Account, slot, b.Put); err != nil {
				return err
			}
			// Another process may have come further meanwhile.
			b.Mark.Doc = max(b.Mark.Doc, mark.Doc)
			if err := updateMark(ctx, tx, b.Account, b.Mark); err != nil {
				return err
			}
		}
		return nil
	})
}

// Covered returns how far an account is indexed; zero when it is not at all.
func (x *Index) Covered(ctx context.Context, account int64) (m Watermark, err error) {
	err = x.db.Read(ctx, func(tx *store.Tx) (err error) {
		_, m, err = selectMark(ctx, tx, account)
		return err
	})
	return m, err
}

// Marks returns how far every account is indexed.
func (x *Index) Marks(ctx context.Context) (map[int64]Watermark, error) {
	var all map[int64]Watermark
	err := x.db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = selectMarks(ctx, tx)
		return err
	})
	return all, err
}

// Forget takes everything of an account out.
func (x *Index) Forget(ctx context.Context, account int64) error {
	return x.db.Write(ctx, func(tx *store.Tx) error {
		slot, _, err := selectMark(ctx, tx, account)
		if err != nil || slot == 0 {
			return err
		}
		if err := x.engine.clear(ctx, tx, account, slot); err != nil {
			return err
		}
		return updateMark(ctx, tx, account, Watermark{})
	})
}

// Search returns the numbers of an account's documents that have all the
// words in a field, ascending, and how far the account was indexed at that
// moment. Documents that were removed after that may be among them. No words
// find nothing.
func (x *Index) Search(ctx context.Context, account int64, f Field, w Words) (docs []int64, covered Watermark, err error) {
	if f >= fieldCount && f != Any {
		return nil, covered, errs.E(errs.Invalid, "There is no field %d to search.", f)
	}
	err = x.db.Read(ctx, func(tx *store.Tx) error {
		var slot int64
		var err error
		docs = nil
		if slot, covered, err = selectMark(ctx, tx, account); err != nil || slot == 0 || w.Empty() {
			return err
		}
		docs, err = x.engine.search(ctx, tx, account, slot, w, f)
		return err
	})
	slices.Sort(docs)
	return docs, covered, err
}

// Docs lists the numbers of all documents of an account, ascending, for
// comparing with the source.
func (x *Index) Docs(ctx context.Context, account int64) (docs []int64, err error) {
	err = x.db.Read(ctx, func(tx *store.Tx) error {
		slot, _, err := selectMark(ctx, tx, account)
		if err != nil || slot == 0 {
			return err
		}
		docs, err = x.engine.list(ctx, tx, account, slot)
		return err
	})
	return docs, err
}
