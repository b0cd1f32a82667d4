package house

import (
	"context"

	"chancery/directory"
	"chancery/directory/application"
	"chancery/directory/feed"
	"chancery/identity/oidc"
	"chancery/policy"
)

// demoLevels are the service levels of the demonstration office.
var demoLevels = []directory.ServiceLevel{
	{Names: map[string]string{"zh-TW": "首長", "zh-CN": "领导", "vi": "Lãnh đạo", "ko": "기관장", "en": "Leaders"}, Quota: 10_000_000_000, Sort: 1},
	{Names: map[string]string{"zh-TW": "櫃檯人員", "zh-CN": "窗口人员", "vi": "Nhân viên quầy tiếp dân", "ko": "창구 직원", "en": "Counter staff"}, Quota: 1_000_000_000, Sort: 2,
		Terms: policy.Terms{Without: policy.FeatureMobile | policy.FeatureOffline | policy.FeatureOutside, MaxMessage: 10_000_000, MaxAttachments: 8_000_000, MaxRecipients: 50}},
}

// demoApplicants are those who apply there, each to a unit by its key.
var demoApplicants = []struct {
	unit string
	form application.Form
}{
	{"works", application.Form{Name: "鄭雅文", Number: "A123456789", Agency: "工務局 道路養護科", Title: "約聘技士", Phone: "+886 2 2720 1188", Contact: "yawen@home.example", Address: "cheng.yawen@", Language: "zh-TW", Note: "十二月一日到職。"}},
	{"", application.Form{Name: "Lê Thị Hoa", Number: "079201004417", Agency: "Văn phòng Ủy ban", Title: "Chuyên viên", Phone: "+84 236 382 1188", Contact: "hoa.le@home.example", Address: "hoa.le@", Language: "vi"}},
}

// demoPaper is what they enclose: a page that says that it is none.
const demoPaper = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n" +
	"4 0 obj<</Length 57>>stream\nBT /F 14 Tf 30 100 Td (Demonstration: no real paper) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// desk fills what administrators see: levels, systems that people sign on to,
// a personnel list that was read and not applied yet, and applications.
func (f *demoFiller) desk(ctx context.Context) error {
	by := policy.System(directory.DefaultOrg)
	for _, l := range demoLevels {
		if _, err := f.h.Directory.AddServiceLevel(ctx, by, l); err != nil {
			return err
		}
	}
	for _, c := range []oidc.Client{
		{Name: "公文管理系統 (Documents)", Kind: oidc.KindWeb, Redirects: []string{"https://documents.mingchuan.example/sign-on"}, Logouts: []string{"https://documents.mingchuan.example/"}, Consent: oidc.ConsentNever},
		{Name: "Attendance", Kind: oidc.KindWeb, Redirects: []string{"https://attendance.mingchuan.example/oidc"}, Consent: oidc.ConsentAlways},
	} {
		if _, _, err := f.h.SSO.AddClient(ctx, by, c); err != nil {
			return err
		}
	}
	if err := f.feed(ctx, by); err != nil {
		return err
	}
	for _, a := range demoApplicants {
		a.form.Address += f.office.Domain
		a.form.Papers = []application.Paper{application.NewPaper("card.pdf", []byte(demoPaper))}
		if err := f.h.Applications.Deposit(ctx, directory.DefaultOrg, f.units[a.unit], a.form); err != nil {
			return err
		}
	}
	return nil
}

// feed plans what a personnel list says; it is for administrators to apply it.
func (f *demoFiller) feed(ctx context.Context, by policy.Subject) error {
	list, _, err := f.h.Feeds.Add(ctx, by, feed.Feed{Name: "personnel", Kind: feed.KindCSV, Unit: f.units["works"], Guard: 10, Lenient: true})
	if err != nil {
		return err
	}
	has := feed.HasName | feed.HasAddress | feed.HasMain
	person := func(place, key, name, address, unit, title string) feed.Record {
		return feed.Record{Place: place, Key: key, Fields: has, Name: name, Address: address + "@" + f.office.Domain, State: feed.Active,
			Posts: []feed.PostRecord{{Unit: unit, Title: title}}}
	}
	_, err = f.h.Feeds.Plan(ctx, by, list, feed.Picture{People: []feed.Record{
		person("line 2", "P-2101", "洪志明", "hong.zhiming", "Public Works Bureau", "技士"),
		person("line 3", "P-2102", "潘麗娟", "pan.lijuan", "Public Works Bureau", "辦事員"),
		person("line 4", "P-2103", "杜文彬", "du.wenbin", "Harbour Office", "書記"),
	}})
	return err
}
