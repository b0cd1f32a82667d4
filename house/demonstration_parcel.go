package house

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"chancery/directory"
	"chancery/drive"
	"chancery/kit/errs"
	"chancery/policy"
)

// demoParcelOf is who has a large file behind a link.
const demoParcelOf = "lin.yating"

// parcel sends one file by link, so that there is one in the sender's list.
func (f *demoFiller) parcel(ctx context.Context) error {
	if !f.h.conf.Parcels.On {
		return nil
	}
	box, ok := f.accounts[demoParcelOf]
	if !ok {
		return errs.E(errs.Internal, "the demonstration office has no %s", demoParcelOf)
	}
	by := policy.Subject{Org: directory.DefaultOrg, Account: box.ID(), Address: box.Info().Address, Clearance: policy.Internal, Zone: policy.Inner, Door: "demo"}
	account, err := f.h.Drive.Account(ctx, by, box.ID())
	if err != nil {
		return err
	}
	// A picture of the plan as scanners write it: dots, row by row.
	var plan bytes.Buffer
	fmt.Fprintf(&plan, "P5\n2400 1600\n255\n")
	for y := range 1600 {
		for x := range 2400 {
			plan.WriteByte(byte(255 - (x*y/64)&63))
		}
	}
	file, err := account.Begin(ctx, "河岸綠道平面圖.pgm", "image/x-portable-graymap", int64(plan.Len()))
	if err != nil {
		return err
	}
	if file, err = account.Append(ctx, file.ID, 0, &plan, func(context.Context) error { return nil }); err != nil {
		return err
	}
	_, _, err = account.Make(ctx, drive.NewParcel{Files: []int64{file.ID}, Expires: time.Now().AddDate(0, 0, 14)})
	return err
}
