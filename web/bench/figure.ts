import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'

/** A sample is left out when a host took more than this share of the processors while it was taken. */
const MOST_STOLEN = 0.03

/** What a virtual machine's host has taken and what there was in all, in ticks; nothing where it is not told. */
function ticks(): { stolen: number; all: number } {
  try {
    const n = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/).slice(1, 9).map(Number) ?? []
    return { stolen: n[7] ?? 0, all: n.reduce((a, b) => a + b, 0) }
  } catch {
    return { stolen: 0, all: 0 }
  }
}

/** One measured thing: every sample of every round. */
export interface Figure {
  name: string
  unit: string
  /** What the 95th percentile must stay under; absent where a figure only informs. */
  bar?: number
  rounds: number[][]
  /** Samples that the host of the machine disturbed; they are not among those of the rounds. */
  disturbed: number
  /** The same by Event Timing, where the browser keeps it. */
  events?: number[][]
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN
}

/** The round with the lowest median: what else the machine did disturbed it least. */
export function best(rounds: readonly number[][]): number[] {
  return rounds.filter((r) => r.length > 0).reduce((a, b) => (quantile(b, 0.5) < quantile(a, 0.5) ? b : a), rounds.find((r) => r.length > 0) ?? [])
}

/** Collects figures by name over the rounds. */
export class Figures {
  readonly all = new Map<string, Figure>()
  readonly loads: number[] = []
  private round = 0
  private last = ticks()
  private stolen = 0 // the share that the host took while the latest figures were taken

  beginRound(n: number): void {
    this.round = n
    this.loads.push(loadavg()[0] ?? 0)
  }

  add(name: string, unit: string, bar: number | undefined, value: number, event?: number): void {
    let f = this.all.get(name)
    if (!f) this.all.set(name, (f = { name, unit, ...(bar === undefined ? {} : { bar }), rounds: [], disturbed: 0 }))
    const now = ticks()
    // Figures of one moment share its ticks.
    if (now.all > this.last.all) {
      this.stolen = (now.stolen - this.last.stolen) / (now.all - this.last.all)
      this.last = now
    }
    if (unit === 'ms' && this.stolen > MOST_STOLEN) return void f.disturbed++
    ;(f.rounds[this.round] ??= []).push(value)
    if (event !== undefined) ((f.events ??= [])[this.round] ??= []).push(event)
  }

  /** The table of doc/benchmarks.md. */
  table(): string {
    const show = (v: number, unit: string): string => (Number.isNaN(v) ? '' : `${Math.abs(v) >= 100 || Number.isInteger(v) ? v.toFixed(0) : v.toFixed(1)}${unit ? ` ${unit}` : ''}`)
    const lines = ['| act | p50 | p95 | max | bar at p95 | samples | left out | p95 of all rounds |', '| --- | --- | --- | --- | --- | --- | --- | --- |']
    for (const f of this.all.values()) {
      const rounds = f.rounds.filter(Boolean)
      const b = best(rounds)
      const p95 = quantile(b, 0.95)
      const mark = f.bar === undefined ? '' : `${f.bar} ${f.unit}${p95 > f.bar ? ' **missed**' : ''}`
      lines.push(`| ${f.name} | ${show(quantile(b, 0.5), f.unit)} | ${show(p95, f.unit)} | ${show(Math.max(...b), f.unit)} | ${mark} | ${rounds.length} x ${b.length} | ${f.disturbed} | ${show(quantile(rounds.flat(), 0.95), f.unit)} |`)
    }
    return lines.join('\n')
  }

  json(): unknown {
    return { loads: this.loads, figures: [...this.all.values()].map((f) => ({ ...f, rounds: f.rounds.filter(Boolean).map((r) => ({ n: r.length, p50: quantile(r, 0.5), p95: quantile(r, 0.95), max: Math.max(...r) })), events: f.events?.filter(Boolean).map((r) => quantile(r, 0.95)) })) }
  }
}
