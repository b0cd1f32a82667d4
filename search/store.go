package search

import (
	"context"
	"strconv"
	"strings"

	"chancery/kit/errs"
	"chancery/store"
)

// maxSlot keeps the rowids of the last account positive.
const maxSlot = 1<<31 - 1

// takeSlot returns the account's slot and makes one when it has none.
func takeSlot(ctx context.Context, tx *store.Tx, account int64) (slot int64, m Watermark, err error) {
	if slot, m, err = selectMark(ctx, tx, account); err != nil || slot != 0 {
		return slot, m, err
	}
	if err = tx.Row(ctx, "SELECT coalesce(max(slot), 0) + 1 FROM search_account", nil, &slot); err != nil {
		return 0, m, err
	}
	if slot > maxSlot {
		return 0, m, errs.E(errs.TooLarge, "The search index has no room for another account.")
	}
	_, err = tx.Exec(ctx, "INSERT INTO search_account (account_id, slot, doc, modseq) VALUES ($1, $2, 0, 0)", account, slot)
	return slot, m, err
}

// selectMark returns slot 0 for an account that is not indexed.
func selectMark(ctx context.Context, tx *store.Tx, account int64) (slot int64, m Watermark, err error) {
	err = tx.Row(ctx, "SELECT slot, doc, modseq FROM search_account WHERE account_id = $1", []any{account}, &slot, &m.Doc, &m.Modseq)
	_, err = store.Found(err)
	return slot, m, err
}

func selectMarks(ctx context.Context, tx *store.Tx) (map[int64]Watermark, error) {
	all := map[int64]Watermark{}
	err := tx.Query(ctx, "SELECT account_id, doc, modseq FROM search_account", nil, func(scan func(...any) error) error {
		var account int64
		var m Watermark
		err := scan(&account, &m.Doc, &m.Modseq)
		all[account] = m
		return err
	})
	return all, err
}

func updateMark(ctx context.Context, tx *store.Tx, account int64, m Watermark) error {
	_, err := tx.Exec(ctx, "UPDATE search_account SET doc = $2, modseq = $3 WHERE account_id = $1", account, m.Doc, m.Modseq)
	return err
}

func selectForm(ctx context.Context, tx *store.Tx) (version int64, err error) {
	err = tx.Row(ctx, "SELECT coalesce(max(version), 0) FROM search_form", nil, &version)
	return version, err
}

func updateForm(ctx context.Context, tx *store.Tx, version int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM search_form"); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO search_form (version) VALUES ($1)", version)
	return err
}

func deleteMarks(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "DELETE FROM search_account")
	return err
}

// parseNumbers reads numbers separated by commas: the way in which an engine
// returns many in one row, which is several times faster than row by row.
func parseNumbers(list string) []int64 {
	if list == "" {
		return nil
	}
	out := make([]int64, 0, strings.Count(list, ",")+1)
	for s := range strings.SplitSeq(list, ",") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}
