import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync('src/kit/tokens.css', 'utf8')

/** Every token that is a colour, by name: [light, dark]. */
const tokens = new Map<string, [string, string]>()
for (const m of css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)) tokens.set(m[1] as string, [m[2] as string, m[3] as string])

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number]
  return (x + 0.05) / (y + 0.05)
}

const grounds = ['surface', 'surface-2', 'raised', 'canvas', 'hover']
// Text on the grounds it stands on: 4.5 to 1 (WCAG 1.4.3).
const text: [string, readonly string[]][] = [
  ['text', [...grounds, 'accent-soft', 'accent-faint', 'mark']],
  ['text-2', [...grounds, 'accent-soft', 'accent-faint']],
  ['text-3', ['surface', 'raised', 'surface-2', 'canvas']],
  ['accent', ['surface', 'raised', 'surface-2', 'accent-faint']],
  ['accent-strong', ['accent-soft', 'surface']],
  ['on-accent', ['accent', 'accent-strong']],
  ['rail-text', ['rail', 'rail-active']],
  ['info', ['info-soft', 'surface']],
  ['success', ['success-soft', 'surface']],
  ['warning', ['warning-soft', 'surface']],
  ['danger', ['danger-soft', 'surface', 'raised']],
]
// Marks, borders of controls and the focus ring: 3 to 1 (WCAG 1.4.11, 2.4.13).
const marks: [string, readonly string[]][] = [
  ['line-strong', ['surface', 'raised', 'canvas']],
  ['focus', ['surface', 'raised', 'canvas', 'accent-soft']],
  ['star', ['surface', 'accent-soft']],
  ['seal', ['surface']],
]

describe.each([['light', 0], ['dark', 1]] as const)('%s theme', (_, i) => {
  const pairs = (list: typeof text): [string, string][] => list.flatMap(([f, gs]) => gs.map((g): [string, string] => [f, g]))
  const of = (name: string): string => {
    const c = tokens.get(name)
    if (!c) throw new Error(`no token ${name}`)
    return c[i]
  }
  test.each(pairs(text))('%s on %s is 4.5 to 1', (f, g) => expect(contrast(of(f), of(g))).toBeGreaterThanOrEqual(4.5))
  test.each(pairs(marks))('%s on %s is 3 to 1', (f, g) => expect(contrast(of(f), of(g))).toBeGreaterThanOrEqual(3))
})

test('the measure itself: black on white is 21 to 1', () => expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5))
