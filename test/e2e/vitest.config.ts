import { defineConfig } from 'vitest/config'

// A real Chromium against a real server: BASE_URL, E2E_NAME, E2E_PASSWORD say which and as whom.
export default defineConfig({
  test: {
    // The runner sets BASE_URL to its own for the tests; the server's travels under another name.
    env: { E2E_ADDRESS: process.env.BASE_URL ?? '' },
    include: ['test/e2e/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    maxWorkers: 1,
  },
})
