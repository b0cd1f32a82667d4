package house

import (
	"context"
	"fmt"

	"chancery/audit"
	"chancery/drive"
	"chancery/mail"
	"chancery/store"
)

// Report says what a check of the whole house looked at and found.
type Report struct {
	Blobs, Bytes, Messages, Audit int64
	Problems                      []string
	Repaired                      int
}

// Summary is the report's last line.
func (r *Report) Summary() string {
	return fmt.Sprintf("checked %d blobs (%d bytes), %d messages, %d audit entries: %d problems, %d repaired",
		r.Blobs, r.Bytes, r.Messages, r.Audit, len(r.Problems), r.Repaired)
}

// Check verifies every stored blob against its hash, every row of the mail
// room against the bytes it came from, the files of the drive, the counts of
// references, the text index, and the audit record. With repair, counts of
// references are put right, and text indexes that differ are emptied for the
// server to make anew.
func (h *House) Check(ctx context.Context, repair bool, progress func(string)) (*Report, error) {
	r := &Report{}
	progress("verifying the blobs ...")
	blobs, err := h.Store.Check(ctx, func(n int64) { progress(fmt.Sprintf("%d blobs", n)) })
	if err != nil {
		return r, err
	}
	r.Blobs, r.Bytes = blobs.Blobs, blobs.Bytes
	for _, p := range blobs.Problems {
		r.Problems = append(r.Problems, p.What)
	}
	progress("verifying the messages ...")
	room, err := h.Mail.Check(ctx, false)
	if err != nil {
		return r, err
	}
	r.Messages = room.Messages
	r.Problems = append(r.Problems, room.Problems...)
	files, err := h.addDrive(ctx, room.Refs)
	if err != nil {
		return r, err
	}
	r.Problems = append(r.Problems, files.Problems...)
	if err := h.checkRefs(ctx, r, room.Refs, repair); err != nil {
		return r, err
	}
	progress("verifying the text index ...")
	wrong, err := h.Mail.CheckIndex(ctx, repair)
	if err != nil {
		return r, err
	}
	r.Problems = append(r.Problems, wrong...)
	if repair {
		r.Repaired += len(wrong)
	}
	progress("verifying the audit record ...")
	orgs, err := audit.Organisations(ctx, h.Store)
	if err != nil {
		return r, err
	}
	for _, org := range orgs {
		got, err := audit.Verify(ctx, h.Store, org, audit.Against{})
		if err != nil {
			return r, err
		}
		r.Audit += got.Entries
		if err := got.Err(org); err != nil {
			r.Problems = append(r.Problems, err.Error())
		}
	}
	return r, nil
}

// checkRefs compares the counts of references with the rows that refer. A
// server that runs beside may change both meanwhile, so what differs is
// looked at a second time.
func (h *House) checkRefs(ctx context.Context, r *Report, held map[mail.BlobKey]int64, repair bool) error {
	wrong, err := h.wrongRefs(ctx, held)
	if err != nil || len(wrong) == 0 {
		return err
	}
	again, err := h.Mail.Check(ctx, true)
	if err != nil {
		return err
	}
	if _, err := h.addDrive(ctx, again.Refs); err != nil {
		return err
	}
	still, err := h.wrongRefs(ctx, again.Refs)
	if err != nil {
		return err
	}
	for k, refs := range still {
		if _, both := wrong[k]; !both {
			continue
		}
		r.Problems = append(r.Problems, fmt.Sprintf("blob %s: %d references are counted, %d rows refer to it", k.Hash, refs, again.Refs[k]))
		if !repair {
			continue
		}
		err := h.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetRefs(ctx, k.Scope, k.Hash, again.Refs[k]) })
		if err != nil {
			return err
		}
		r.Repaired++
	}
	return nil
}

// addDrive adds what files in the drive refer to.
func (h *House) addDrive(ctx context.Context, held map[mail.BlobKey]int64) (drive.Checked, error) {
	return h.Drive.Check(ctx, func(scope store.Scope, hash store.Hash) { held[mail.BlobKey{Scope: scope, Hash: hash}]++ })
}

func (h *House) wrongRefs(ctx context.Context, held map[mail.BlobKey]int64) (map[mail.BlobKey]int64, error) {
	wrong := map[mail.BlobKey]int64{}
	err := h.Store.Refs(ctx, func(scope store.Scope, hash store.Hash, refs int64) error {
		if k := (mail.BlobKey{Scope: scope, Hash: hash}); held[k] != refs {
			wrong[k] = refs
		}
		return nil
	})
	return wrong, err
}
