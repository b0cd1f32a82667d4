package demo

import (
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	o, err := Generate(1, time.Date(2026, 11, 23, 9, 30, 0, 0, zone), "")
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, m := range o.Messages {
		for _, d := range m.Deliveries {
			n[d.To]++
		}
		if _, err := m.Bytes(); err != nil {
			t.Error(m.Thread, err)
		}
	}
	t.Log(len(o.Messages), n["lin.yating"], n["grace.ellison"], n["nguyen.thuha"])
}
