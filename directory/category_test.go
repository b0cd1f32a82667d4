package directory

import (
	"slices"
	"strings"
	"testing"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestCategoryPacks reads the packs that ship: each has codes that can be one,
// and names in all languages.
func TestCategoryPacks(t *testing.T) {
	for country, want := range map[string]string{
		"VN": "Cán bộ; Công chức; Viên chức; Người lao động", // D05
		"TW": "Viên chức chính trị; Công chức; Nhân viên hợp đồng; Nhân viên kỹ thuật, phục vụ",
		"CN": "Công chức; Viên chức; Nhân viên hợp đồng",
		"KR": "Công chức chuyên nghiệp; Công chức đặc biệt; Nhân viên công vụ",
		"XX": "", "": "",
	} {
		var names, codes []string
		for _, c := range CategoryPack(country) {
			if !validCode(c.Code) || slices.Contains(codes, c.Code) {
				t.Errorf("%s: %q", country, c.Code)
			}
			for _, l := range Languages {
				if strings.TrimSpace(c.Names[l]) == "" {
					t.Errorf("%s %s has no name in %s", country, c.Code, l)
				}
			}
			names, codes = append(names, c.Names["vi"]), append(codes, c.Code)
		}
		if got := strings.Join(names, "; "); got != want {
			t.Errorf("%s: %s", country, got)
		}
	}
}

// TestBeginCategories gives those of a country to an organisation that has
// none, and leaves what administrators made of them.
func TestBeginCategories(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		w := office(t, url)
		if err := w.BeginCategories(ctx, "XX"); !errs.Is(err, errs.Invalid) {
			t.Errorf("an unknown country: %v", err)
		}
		for _, country := range []string{"", "VN", "TW"} { // the second one finds some
			if err := w.BeginCategories(ctx, country); err != nil {
				t.Fatal(err)
			}
		}
		by := policy.System(DefaultOrg)
		if err := w.RemoveCategory(ctx, by, "can-bo"); err != nil {
			t.Fatal(err)
		}
		if err := w.BeginCategories(ctx, "VN"); err != nil {
			t.Fatal(err)
		}
		list, err := w.Categories(ctx, DefaultOrg)
		var codes []string
		for _, c := range list {
			codes = append(codes, c.Code)
		}
		if got := strings.Join(codes, " "); err != nil || got != "cong-chuc vien-chuc nguoi-lao-dong" {
			t.Errorf("%s %v", got, err)
		}
	})
}
