package rulebook

import (
	"context"
	"slices"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/wire/jmap"
)

// reportPage is how many people a page of a report has at most.
const reportPage = 200

type reportArgs struct {
	AccountID jmap.ID  `json:"accountId"`
	ID        jmap.ID  `json:"id"`
	Accepted  *bool    `json:"accepted"` // true = who did, false = who did not; null = all
	UnitID    *jmap.ID `json:"unitId"`   // of their first post; null = any
	Position  int      `json:"position"`
	Limit     int      `json:"limit"`
}

// report is RegulationVersion/report.
func (a api) report(ctx context.Context, call *jmap.Call) (any, error) {
	var args reportArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, err := a.caller(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	n, ok := id.Parse(versionID, args.ID)
	if !ok {
		return nil, errNone
	}
	r, err := a.b.Report(ctx, who, n)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(r.Rows, func(x Row) bool {
		return args.Accepted != nil && *args.Accepted == x.At.IsZero() || args.UnitID != nil && (x.UnitID == 0 || *unitKey(x.UnitID) != *args.UnitID)
	})
	out := directory.RegulationReport{Total: r.Total, Accepted: r.Accepted, Found: len(found), Units: []directory.RegulationCount{}, List: []directory.RegulationRow{}}
	for _, c := range r.Units {
		out.Units = append(out.Units, directory.RegulationCount{UnitID: unitKey(c.Unit), Total: c.Total, Accepted: c.Accepted})
	}
	from := min(max(args.Position, 0), len(found))
	limit := reportPage
	if args.Limit > 0 {
		limit = min(limit, args.Limit)
	}
	for _, x := range found[from:min(from+limit, len(found))] {
		out.List = append(out.List, directory.RegulationRow{Name: x.Name, Email: x.Address, UnitID: unitKey(x.UnitID), Concerned: x.Concerned, AcceptedAt: date(x.At), Peer: x.Peer})
	}
	return out, nil
}

func unitKey(unit int64) *jmap.ID {
	if unit == 0 {
		return nil
	}
	key := id.Text(unitID, unit)
	return &key
}
