package house

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"mime"
	"strings"
	"time"

	"chancery/house/demo"
	"chancery/kit/id"
	"chancery/mail"
)

// templates keeps the office's templates and sends the requests among them,
// with the answers that have come.
func (f *demoFiller) templates(ctx context.Context) error {
	for _, t := range f.office.Templates {
		a := f.accounts[t.Account]
		if a == nil {
			return fmt.Errorf("the demonstration has a template for %q, whom it does not have", t.Account)
		}
		var body strings.Builder
		for _, p := range t.Paragraphs {
			body.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(p), "\n", "<br>") + "</p>")
		}
		_, err := a.CreateTemplate(ctx, mail.TemplateBody{Name: t.Name, Kind: t.Kind, Subject: t.Subject, HTML: body.String(), DueDays: t.DueDays, Every: t.Every})
		if err == nil && len(t.Asked) > 0 {
			err = f.request(ctx, a, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// request sends a template of an asking kind as a letter, then the answers.
func (f *demoFiller) request(ctx context.Context, a *mail.Account, t demo.Template) error {
	now := time.Now()
	due := now.AddDate(0, 0, t.DueDays)
	fill := strings.NewReplacer("{{due}}", due.Format(time.DateOnly), "{{date}}", now.Format(time.DateOnly), "{{month}}", now.Format("2006-01"),
		"{{unit}}", a.Info().Name, "{{sender}}", a.Info().Name, "{{name}}", "各位")
	if t.Account == "partners" {
		fill = strings.NewReplacer("{{due}}", due.Format(time.DateOnly), "{{unit}}", a.Info().Name, "{{sender}}", a.Info().Name, "{{name}}", "colleagues")
	}
	var to []string
	for _, x := range t.Asked {
		to = append(to, f.accounts[x.Person].Info().Address)
	}
	ref := id.Token(12) + "@" + f.office.Domain
	subject := fill.Replace(t.Subject)
	fields := "Message-ID: <" + ref + ">\r\nX-Chancery-Kind: " + t.Kind + "\r\nX-Chancery-Due: " + due.UTC().Format(time.RFC3339) + "\r\n"
	if t.Every != "" {
		fields += "X-Chancery-Every: " + t.Every + "\r\n"
	}
	if err := f.send(ctx, a, to, subject, fields, fill.Replace(strings.Join(t.Paragraphs, "\n\n"))); err != nil {
		return err
	}
	for _, x := range t.Asked {
		if x.Answer == "" {
			continue
		}
		fields := "Message-ID: <" + id.Token(12) + "@" + f.office.Domain + ">\r\nIn-Reply-To: <" + ref + ">\r\nReferences: <" + ref + ">\r\n"
		if err := f.send(ctx, f.accounts[x.Person], []string{a.Info().Address}, "Re: "+subject, fields, x.Answer); err != nil {
			return err
		}
	}
	return nil
}

// send files a letter among the sent ones and submits it.
func (f *demoFiller) send(ctx context.Context, a *mail.Account, to []string, subject, fields, text string) error {
	word := func(s string) string { return mime.BEncoding.Encode("utf-8", s) }
	letter := fmt.Sprintf("From: %s <%s>\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\n%sMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
		word(a.Info().Name), a.Info().Address, strings.Join(to, ", "), word(subject), time.Now().Format(time.RFC1123Z), fields, strings.ReplaceAll(text, "\n", "\r\n"))
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return err
	}
	box, ok := snap.ByRole(mail.RoleSent)
	if !ok {
		return fmt.Errorf("%s has no folder for sent letters", a.Info().Address)
	}
	l, err := a.Spool(ctx, bytes.NewReader([]byte(letter)))
	if err != nil {
		return err
	}
	made, err := a.Append(ctx, mail.NewMessage{Letter: l, Mailboxes: []int64{box.ID}, Keywords: []string{"$seen"}})
	if err != nil {
		return err
	}
	identities, err := a.Identities(ctx)
	if err != nil || len(identities) == 0 {
		return err
	}
	_, err = a.Submit(ctx, mail.NewSubmission{Identity: identities[0].ID, Message: made[0].ID})
	return err
}
