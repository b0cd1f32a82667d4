import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vite.config.ts'

export default mergeConfig(
  base,
  defineConfig({
    test: {
      projects: [
        {
          extends: true,
          test: { name: 'unit', include: ['src/**/*.test.{ts,tsx}'], environment: 'happy-dom', setupFiles: ['src/kit/testing/setup.ts'] },
        },
        {
          extends: true,
          // Two files at a time: each has people of its own (src/kit/testing/people.test.ts), and one waits while the other works.
          // What fails runs again as scripts/e2e.mjs says.
          test: { name: 'e2e', include: ['e2e/**/*.spec.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2, globalSetup: ['e2e/server.ts'] },
        },
        {
          // What takes too long for every change.
          extends: true,
          test: { name: 'long', retry: 1, include: ['e2e/**/*.long.ts'], environment: 'node', testTimeout: 900_000, hookTimeout: 120_000, fileParallelism: false, globalSetup: ['e2e/server.ts'] },
        },
        {
          extends: true,
          test: { name: 'shots', include: ['e2e/**/*.shots.ts'], environment: 'node', testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false, globalSetup: ['e2e/server.ts'] },
        },
      ],
    },
  }),
)
