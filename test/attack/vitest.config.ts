import { defineConfig } from 'vitest/config'

/** The short attack: our own fuzzer over every route, about a minute: `npm run test:attack:short`. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/attack/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
