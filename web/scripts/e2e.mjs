// Runs the browser tests: `npm run e2e`, with the names of files for some of them.
// A browser on a busy machine may miss a beat, and what a test has done by then stands
// in the way of a second try. So a file in which a test failed runs once more as a whole,
// with nothing beside it and in an office of its own, and the output names it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** More files than this have not missed a beat: something is broken. */
const MAX_AGAIN = 4

/**
 * Runs the files, or all, and returns whether all passed and which files did not.
 * What fails outside of a test, such as the office that does not open, names no file.
 */
function run(files, env = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'chancery-e2e-report-'))
  const report = join(dir, 'report.json')
  const vitest = ['vitest', 'run', '--project', 'e2e', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...files]
  const { status } = spawnSync('npx', vitest, { stdio: 'inherit', env: { ...process.env, ...env } })
  const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : []
  rmSync(dir, { recursive: true, force: true })
  return { passed: status === 0, failed: results.filter((f) => f.status === 'failed').map((f) => f.name) }
}

const first = run(process.argv.slice(2))
if (first.passed) process.exit(0)
if (first.failed.length === 0 || first.failed.length > MAX_AGAIN) process.exit(1)
console.error(`\nfailed, once more each on its own: ${first.failed.join(', ')}\n`)
const again = first.failed.filter((file) => !run([file], { SKIP_BUILD: '1' }).passed)
console.error(again.length > 0 ? `failed twice: ${again.join(', ')}` : `passed at the second try: ${first.failed.join(', ')}`)
process.exit(again.length > 0 ? 1 : 0)
