// Runs the benchmark of the client: `make bench-client`, or `node bench/run.mjs -h` in web/.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const src = fileURLToPath(new URL('../src', import.meta.url))
const { module } = await runnerImport(fileURLToPath(new URL('./main.ts', import.meta.url)), { configFile: false, resolve: { alias: { '~': src } } })
await module.main(process.argv.slice(2))
