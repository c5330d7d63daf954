import { defineConfig } from 'vitest/config'

/** Real processes killed at random moments, on databases that keep their promises to the disk: `npm run test:crash`. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/crash/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
