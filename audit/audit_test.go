package audit

import (
	"fmt"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// TestChain appends, verifies, tampers, and expects the place to be named.
func TestChain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := Migrate(ctx, db); err != nil {
			t.Fatal(err)
		}
		who := policy.Subject{Org: 1, Account: 7, Address: "ann@city.example", Peer: "192.0.2.1", Door: "http"}
		for i := range 5 {
			err := db.Write(ctx, func(tx *store.Tx) error {
				e, err := By(who, "test", fmt.Sprint(i), errs.E(errs.Forbidden, "no")).Change(map[string]any{"same": 1, "name": fmt.Sprint(i)}, map[string]any{"same": 1, "name": "x"})
				if err != nil {
					return err
				}
				return Append(ctx, tx, time.Now(), e)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n, err := Verify(ctx, db, 1); err != nil || n != 5 {
			t.Fatalf("%d entries, %v", n, err)
		}
		list, err := List(ctx, db, 1, 2)
		if err != nil || len(list) != 2 || list[0].Object != "4" || list[0].Result != "forbidden" {
			t.Fatalf("%+v, %v", list, err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE audit SET object = $1 WHERE org_id = 1 AND seq = 3", "changed")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := Verify(ctx, db, 1); err == nil || n != 3 {
			t.Errorf("a changed entry was not seen at its place: %d, %v", n, err)
		}
	})
}
