// Puts a .gz next to every file of the build that gains from it, so that the
// server never compresses while answering.
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
walk(dist)
// Keeps the folder in git, where the server embeds it from.
writeFileSync(join(dist, '.keep'), '')
