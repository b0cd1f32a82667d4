import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { catalogues } from './scripts/catalogue-plugin.mjs'

// CHANCERY_URL points the development server at a running server; without it
// `npm run dev` answers from the in-memory office of src/kit/testing.
const backend = process.env['CHANCERY_URL']
const proxied = ['/auth', '/.well-known', '/jmap', '/export', '/import', '/pdf']

// office answers the client's requests from memory while one works on it alone.
function office(): Plugin {
  type Testing = typeof import('./src/kit/testing/server')
  type Handler = ReturnType<Testing['apiHandler']>
  let handler: Promise<Handler> | undefined
  return {
    name: 'chancery-office',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((req, res, next) => {
        handler ??= Promise.all([server.ssrLoadModule('/src/kit/testing/server.ts'), server.ssrLoadModule('/src/kit/testing/fake.ts')]).then(
          ([s, f]) => (s as Testing).apiHandler(new (f as typeof import('./src/kit/testing/fake')).FakeJmap(Date.now(), 5000)),
        )
        void handler.then((h) => h(req, res)).then((done) => done || next(), next)
      })
    },
  }
}

export default defineConfig({
  plugins: [react(), catalogues(), ...(backend || process.env['VITEST'] ? [] : [office()])],
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
