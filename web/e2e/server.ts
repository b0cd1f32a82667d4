import { existsSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const web = fileURLToPath(new URL('..', import.meta.url))

/** Before any browser test: the client is built as it is shipped. */
export default function setup(): void {
  if (process.env['CHANCERY_URL']) return
  if (existsSync(`${web}/dist/index.html`) && process.env['SKIP_BUILD']) return
  execFileSync('npm', ['run', '-s', 'build'], { cwd: web, stdio: ['ignore', 'ignore', 'inherit'] })
}
