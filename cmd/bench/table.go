package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// table prints the figures as a Markdown table, line by line as they come.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer) *table {
	t := &table{tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.Debug)}
	t.row("work", "figure", "aim", "server CPU each", "p50 / p95")
	t.row("---", "---", "---", "---", "---")
	return t
}

func (t *table) row(work, figure, aim, cpu, spread string) {
	fmt.Fprintf(t.w, "| %s\t %s\t %s\t %s\t %s\t\n", work, figure, aim, cpu, spread)
	t.w.Flush()
}

// rate prints what a measurement brought.
func (t *table) rate(work, aim string, r result) {
	t.row(work, fmt.Sprintf("%.0f /s", r.perSecond()), aim,
		fmt.Sprintf("%d µs", r.cpuEach().Microseconds()),
		fmt.Sprintf("%s / %s", short(r.quantile(0.5)), short(r.quantile(0.95))))
}

// figure prints a line that is no rate.
func (t *table) figure(work, aim, format string, args ...any) {
	t.row(work, fmt.Sprintf(format, args...), aim, "", "")
}

func (t *table) end() { t.w.Flush() }

// short writes a duration with three digits at most.
func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
