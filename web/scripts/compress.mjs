// Puts a .gz next to every file of the build that gains from it, so that the
// server never compresses while answering.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gzipSync } from 'node:zlib'

const dist = new URL('../dist', import.meta.url).pathname
const walk = (dir) => {
  for (const e of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, e.name)
    if (e.isDirectory()) walk(path)
    else if (/\.(js|css|html|svg|json|webmanifest)$/.test(e.name)) {
      const raw = readFileSync(path)
      const zipped = gzipSync(raw, { level: constants.Z_BEST_COMPRESSION })
      if (zipped.length < raw.length * 0.9) writeFileSync(`${path}.gz`, zipped)
    }
  }
}
// theme.js learns what the texts of each language are called in this build.
const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'))
const texts = Object.fromEntries(['zh-TW', 'zh-CN', 'vi', 'ko', 'en'].map((l) => [l, `/${manifest[`src/locales/${l}/main.json`].file}`]))
const page = join(dist, 'index.html')
const script = '<script src="/theme.js"></script>'
const html = readFileSync(page, 'utf8')
if (!html.includes(script)) throw new Error('index.html does not load theme.js as expected')
writeFileSync(page, html.replace(script, `<meta name="texts" content='${JSON.stringify(texts)}' />${script}`))
// The worker learns what the shell is made of; its version is what it holds.
const shell = ['/', '/boot.css', '/theme.js', '/seal.svg', '/icon-192.png', '/mail-frame.html', '/mail-frame-images.html', ...readdirSync(join(dist, 'assets')).filter((f) => /\.(js|css)$/.test(f) && !/^(Pdf|Gallery)/.test(f)).map((f) => `/assets/${f}`)]
// Where screens are: each room's path, so that none can be forgotten.
const rooms = [...readFileSync(new URL('../src/app/rooms.ts', import.meta.url), 'utf8').matchAll(/\bpath: '\/([\w-]+)'/g)].map((m) => m[1])
if (!rooms.includes('mail')) throw new Error('the rooms were not found in src/app/rooms.ts')
const worker = join(dist, 'sw.js')
const version = createHash('sha256').update(shell.join('\n')).update(readFileSync(join(dist, 'index.html'))).update(readFileSync(join(dist, 'boot.css'))).update(readFileSync(join(dist, 'theme.js'))).digest('hex').slice(0, 16)
writeFileSync(worker, readFileSync(worker, 'utf8').replace('/* PRECACHE */ []', JSON.stringify(shell)).replace('/* ROOMS */ []', JSON.stringify(rooms)).replace("/* VERSION */ 'dev'", JSON.stringify(version)))
walk(dist)
// Keeps the folder in git, where the server embeds it from.
writeFileSync(join(dist, '.keep'), '')
