import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const e2e = join(process.cwd(), 'e2e')

/** The first person of the office has mail of every kind; these only look at it. */
const lookOnly = ['axe.spec.ts', 'axe-daily.spec.ts', 'gallery.spec.ts', 'shared.spec.ts', 'speed.spec.ts']

test('each browser test works as a person of its own, so that none sees what another left behind', () => {
  const users = new Map<string, string[]>()
  for (const file of readdirSync(e2e).filter((f) => f.endsWith('.spec.ts') && !lookOnly.includes(f))) {
    for (const m of readFileSync(join(e2e, file), 'utf8').matchAll(/openDesk\((\d*)\)/g)) {
      const person = m[1] || '0'
      users.set(person, [...(users.get(person) ?? []), file])
    }
  }
  expect(users.size).toBeGreaterThan(20)
  const shared = [...users].filter(([person, files]) => person === '0' || new Set(files).size > 1)
  expect(shared).toEqual([])
})
