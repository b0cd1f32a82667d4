package mail

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"chancery/directory"
	"chancery/mail/flow"
	"chancery/policy"
)

// fourKB is an ordinary letter of 4 KB with a Message-ID of its own.
func fourKB(n int64) string {
	head := fmt.Sprintf("Received: from out.example by mail.city.example; Sat, 21 Nov 2026 08:00:00 +0800\r\nFrom: Somebody <x@out.example>\r\nTo: ann@city.example\r\nSubject: Minutes of meeting %d\r\nMessage-ID: <bench%d@out.example>\r\nDate: Sat, 21 Nov 2026 08:00:00 +0800\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n", n, n)
	return head + strings.Repeat("The committee agreed to the plan and asks for comments by Friday.\r\n", 60)
}

// BenchmarkReceive files 4 KB letters in one mailbox from 16 connections;
// each is durable before the next of its connection.
func BenchmarkReceive(b *testing.B) {
	benchReceive(b, newOffice(b, ""))
}

func benchReceive(b *testing.B, o *office) {
	rcpt := must(o.room.CheckRecipient(b.Context(), "ann@city.example"))
	var n atomic.Int64
	b.SetParallelism(8) // times GOMAXPROCS
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			l, err := o.room.Spool(b.Context(), directory.DefaultOrg, strings.NewReader(fourKB(n.Add(1))))
			if err == nil {
				err = o.room.Receive(b.Context(), Incoming{From: "x@out.example", Recipients: []Recipient{rcpt}}, l)
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkFlag sets and clears a flag in a mailbox of 2,000 from 16
// connections, durably.
func BenchmarkFlag(b *testing.B) {
	o := newOffice(b, "")
	var ids []int64
	for i := range 200 {
		ids = append(ids, o.append(b, o.ann, 1, fourKB(int64(i))).ID)
	}
	var n atomic.Int64
	b.SetParallelism(8)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			k := n.Add(1)
			c := Change{ID: ids[k%200], AddKeywords: []string{Seen}}
			if k/200%2 == 1 {
				c = Change{ID: ids[k%200], RemoveKeywords: []string{Seen}}
			}
			if _, err := o.ann.Change(b.Context(), []Change{c}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkSend sends 4 KB letters within the house from 16 connections: with
// nothing to check, with a level, and with the rules of a large organisation, none
// of which hits (bar: the check takes under 5 %).
func BenchmarkSend(b *testing.B) {
	for _, c := range []struct {
		name  string
		rules int
	}{{"plain", 0}, {"level", 0}, {"level+50 rules", 50}} {
		b.Run(c.name, func(b *testing.B) {
			o := newOffice(b, "")
			for i := range c.rules {
				rule := flow.Rule{Name: fmt.Sprint("rule ", i), When: flow.When{Direction: flow.Out, Level: policy.Unlabelled, Words: []string{fmt.Sprint("codeword", i), fmt.Sprint("機密計畫", i)}, Persons: 3}, Then: flow.Then{Refuse: "no"}}
				_, _, err := o.room.ChangeRule(b.Context(), policy.System(1), 0, &rule, "")
				if err != nil {
					b.Fatal(err)
				}
			}
			label := ""
			if c.name != "plain" {
				label = "SIO-Label: " + o.room.LabelField(Label{Level: policy.Internal}) + "\r\n"
			}
			e := Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}
			var n atomic.Int64
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					k := n.Add(1)
					text := fmt.Sprintf("From: ann@city.example\r\nTo: bob@city.example\r\nSubject: Minutes %d\r\nMessage-ID: <send%d@city.example>\r\n%s\r\n", k, k, label) +
						strings.Repeat("The committee agreed to the plan and asks for comments by Friday.\r\n", 60)
					if err := o.submitSMTP(b.Context(), o.ann.subject, e, Trace{Protocol: "ESMTPSA", ID: "x"}, strings.NewReader(text)); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
