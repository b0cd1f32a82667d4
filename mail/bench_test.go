package mail

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"chancery/directory"
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
