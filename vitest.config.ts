import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/**/*.test.ts'],
    // Browser, crash and long random runs have their own commands (see CONTRIBUTING.md).
    exclude: ['test/e2e/**', 'test/crash/**', 'test/attack/**', 'node_modules/**'],
    // Each answer is held to what its route declares (src/platform/http/hold-answer.ts).
    env: { FUNDWATCH_HOLD_ANSWERS: '1' },
    globalSetup: ['test/database-server.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
