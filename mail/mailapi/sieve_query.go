package mailapi

import (
	"context"
	"slices"
	"strings"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

func scriptSortable(p string) bool { return p == "name" || p == "isActive" }

// sieveQuery is SieveScript/query (RFC 9661 section 2.3). Scripts are few, so
// that changes of a result are not calculated.
func (a *API) sieveQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.QueryArgs[jmapmail.SieveScriptFilter]
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := jmap.CheckSort(args.Sort, scriptSortable); err != nil {
		return nil, err
	}
	_, list, st, err := a.scripts(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(s mail.Script) bool {
		return !args.Filter.Match(func(f *jmapmail.SieveScriptFilter) bool {
			return (f.Name == nil || strings.Contains(strings.ToLower(s.Name), strings.ToLower(*f.Name))) && (f.IsActive == nil || s.Active == *f.IsActive)
		})
	})
	slices.SortStableFunc(list, func(x, y mail.Script) int { return compareScripts(x, y, args.Sort) })
	ids := make([]jmap.ID, len(list))
	for i, s := range list {
		ids[i] = id.Text(scriptID, s.ID)
	}
	pos, from, to, limit, err := args.Window(len(ids), func(want jmap.ID) int { return slices.Index(ids, want) })
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryAnswer{AccountID: args.AccountID, QueryState: state(st.Modseq), Position: pos, IDs: ids[from:to], Limit: limit}
	if args.CalculateTotal {
		total := int64(len(ids))
		out.Total = &total
	}
	return out, nil
}

func compareScripts(x, y mail.Script, by []jmap.Comparator) int {
	for _, c := range by {
		n := strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name))
		if c.Property == "isActive" && x.Active != y.Active {
			n = 1
			if y.Active {
				n = -1
			}
		} else if c.Property == "isActive" {
			n = 0
		}
		if !c.Ascending() {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}
