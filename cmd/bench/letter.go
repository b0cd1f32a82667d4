package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
)

// words are what letters are made of. A search for one of the rare ones at
// the end of each list is what people do.
var words = strings.Fields(`the of and to in for on with as by at from budget meeting road bridge school council
	report minutes permit water park market station harbour garden library deadline invoice contract inspection
	schedule proposal repair survey notice office unit section chief mayor citizen request answer draft final`)

var hanWords = strings.Fields(`會議 紀錄 公文 預算 道路 橋樑 學校 市民 信箱 申請 回覆 草案 核定 通知 辦理 請查照 工程 檢查 招標 契約 期限 報告 資料 統計 人事 環境 衛生 文化 觀光 防災`)

var serial atomic.Int64

// letter makes a text of about size bytes with a Message-ID of its own. extra
// is put into the body, for a search to find.
func letter(to string, size int, extra string) []byte {
	n := serial.Add(1)
	r := rand.New(rand.NewPCG(uint64(n), 7))
	var b bytes.Buffer
	b.Grow(size + 512)
	fmt.Fprintf(&b, "From: Load %d <load%d@elsewhere.example>\r\nTo: <%s>\r\nSubject: %s %s %s %d\r\nMessage-ID: <%d.%d@load.example>\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
		n%50, n%50, to, pick(r, words), pick(r, words), pick(r, hanWords), n, n, started, time.Now().Format(time.RFC1123Z))
	if extra != "" {
		b.WriteString(extra + "\r\n")
	}
	for line := 0; b.Len() < size; line++ {
		for range 9 {
			if line%3 == 2 {
				b.WriteString(pick(r, hanWords))
				continue
			}
			b.WriteString(pick(r, words))
			b.WriteByte(' ')
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

var started = time.Now().UnixNano()

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// mixedSize is 60 % 4 KB, 25 % 30 KB, 12 % 200 KB, 3 % 2 MB.
func mixedSize(i int) int {
	switch n := i * 37 % 100; {
	case n < 60:
		return 4 << 10
	case n < 85:
		return 30 << 10
	case n < 97:
		return 200 << 10
	}
	return 2 << 20
}
