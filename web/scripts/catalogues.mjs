// Checks the five catalogues: each has exactly the keys of English, with the
// same placeholders and valid ICU; every key is used and every used key exists.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compileMessage } from '@lingui/message-utils/compileMessage'

const root = new URL('..', import.meta.url).pathname
const problems = []
const languages = ['en', 'ko', 'vi', 'zh-CN', 'zh-TW']
const areas = readdirSync(join(root, 'src/locales/en'))

// All areas of a language as one; a key stands in one area only.
const read = (language) => {
  const all = {}
  for (const area of readdirSync(join(root, 'src/locales', language))) {
    if (!areas.includes(area)) problems.push(`${language}/${area}: not in en`)
    for (const [k, text] of Object.entries(JSON.parse(readFileSync(join(root, 'src/locales', language, area), 'utf8')))) {
      if (k in all) problems.push(`${language}/${area}: ${k} stands in another area too`)
      all[k] = text
    }
  }
  return all
}
const english = read('en')
const keys = Object.keys(english)

const names = (compiled) => (Array.isArray(compiled) ? compiled.flatMap((p) => (Array.isArray(p) ? [p[0], ...Object.values(p[2] ?? {}).flatMap((v) => names(v))] : [])) : [])
const placeholders = (text) => [...new Set(names(compileMessage(text)))].sort().join(',')

for (const file of languages) {
  const texts = read(file)
  for (const k of keys) {
    if (!(k in texts)) problems.push(`${file}: ${k} is missing`)
    else if (!texts[k].trim()) problems.push(`${file}: ${k} is empty`)
    else {
      const [a, b] = [placeholders(english[k]), placeholders(texts[k])]
      // A plural form may write {count} and {shown} in one language and only one in another.
      if (a !== b && !english[k].includes('plural')) problems.push(`${file}: ${k} has {${b}}, English has {${a}}`)
    }
  }
  for (const k of Object.keys(texts)) if (!(k in english)) problems.push(`${file}: ${k} is not in en`)
}

const sources = []
const walk = (dir) => {
  for (const e of readdirSync(dir, { withFileTypes: true })) {
    if (e.isDirectory()) walk(join(dir, e.name))
    else if (/\.tsx?$/.test(e.name)) sources.push(readFileSync(join(dir, e.name), 'utf8'))
  }
}
walk(join(root, 'src'))
const all = sources.join('\n')
for (const k of keys) if (!all.includes(`'${k}'`)) problems.push(`${k} is used nowhere`)
for (const m of all.matchAll(/\bt\(\s*'([^']+)'/g)) if (!(m[1] in english)) problems.push(`${m[1]} is used but in no catalogue`)

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`catalogues: ${keys.length} texts in ${languages.length} languages, ${areas.length} areas`)
