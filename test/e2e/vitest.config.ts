import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The walk of the documents wants the demo as it was loaded; the other walks write into it. */
class WalkFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const first = (file: TestSpecification) => (file.moduleId.endsWith('walkthrough.test.ts') ? 0 : 1)
    return [...files].sort((a, b) => first(a) - first(b) || a.moduleId.localeCompare(b.moduleId))
  }
}

// A real Chromium against a real server: BASE_URL, E2E_NAME, E2E_PASSWORD say which and as whom.
export default defineConfig({
  test: {
    // The runner sets BASE_URL to its own for the tests; the server's travels under another name.
    env: { E2E_ADDRESS: process.env.BASE_URL ?? '' },
    include: ['test/e2e/*.test.ts'],
    // A machine that has other work is slow, not wrong.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // What a page shows after a key or a click is asked for until it is there.
    expect: { poll: { timeout: 15_000 } },
    fileParallelism: false,
    maxWorkers: 1,
    sequence: { sequencer: WalkFirst },
  },
})
