import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rooms } from './rooms'

// The service worker answers for the screens of each room without a line; the
// build reads their paths from rooms.ts, as here.
test('the build finds the path of every room', () => {
  const script = readFileSync('scripts/compress.mjs', 'utf8')
  const pattern = /matchAll\(\/(.+?)\/g\)/.exec(script)?.[1]
  const found = [...readFileSync('src/app/rooms.ts', 'utf8').matchAll(new RegExp(pattern ?? '', 'g'))].map((m) => `/${m[1]}`)
  expect(found).toEqual(rooms.map((r) => r.path))
  expect(readFileSync('public/sw.js', 'utf8')).toContain('const rooms = /* ROOMS */ []')
})
