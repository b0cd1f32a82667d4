import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { catalogues } from './scripts/catalogue-plugin.mjs'

// CHANCERY_URL points the development server at a running server; without it
// `npm run dev` answers from the in-memory office of src/kit/testing.
const backend = process.env['CHANCERY_URL']
const proxied = ['/auth', '/.well-known', '/jmap']

export default defineConfig({
  plugins: [react(), catalogues()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    host: '127.0.0.1',
    proxy: backend ? Object.fromEntries(proxied.map((p) => [p, { target: backend, ws: true }])) : {},
  },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the page's own policy allows no data: scripts or styles
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: 'manifest.json',
  },
})
