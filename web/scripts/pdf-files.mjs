// Puts the tables of characters, fonts and decoders of pdf.js beside the build,
// from where its reader fetches those that a document needs.
import { cpSync } from 'node:fs'

const from = new URL('../node_modules/pdfjs-dist/', import.meta.url).pathname
const to = new URL('../dist/pdf/', import.meta.url).pathname
for (const dir of ['cmaps', 'standard_fonts', 'wasm', 'iccs']) cpSync(from + dir, to + dir, { recursive: true })
