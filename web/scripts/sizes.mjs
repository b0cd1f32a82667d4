// Holds the source to the house's sizes: 400 lines a file at most, no `any`.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const problems = []
let files = 0
const walk = (dir) => {
  for (const e of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, e.name)
    if (e.isDirectory()) walk(path)
    else if (/\.tsx?$/.test(e.name) && !e.name.includes('.gen.')) {
      files++
      const text = readFileSync(path, 'utf8')
      const lines = text.split('\n').length
      if (lines > 400) problems.push(`${path}: ${lines} lines, at most 400`)
      if (/(:\s*any\s*[;,)=|&\]>{]|\bas any\b|<any>|\bany\[\]|@ts-ignore|@ts-nocheck)/.test(text)) problems.push(`${path}: any`)
      if (/\b(TODO|FIXME|XXX)\b(?!\()/.test(text)) problems.push(`${path}: TODO without a name`)
    }
  }
}
walk(join(root, 'src'))
walk(join(root, 'e2e'))
walk(join(root, 'bench'))
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`sizes: ${files} files`)
