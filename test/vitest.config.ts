/**
 * Owns: how the tests are run: which files belong to which project, time-outs, what is reported.
 * Does not own: what real servers are (test/support/real-servers.global.ts).
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './support/closing-line-reporter.ts';

const REAL = 'test/**/*.real.test.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    reporters: ['default', new ClosingLineReporter()],
    dangerouslyIgnoreUnhandledErrors: false,
    allowOnly: false,
    teardownTimeout: 60_000,
    // Processes, not threads: addons with native state are loaded once per process.
    pool: 'forks',
    coverage: {
      provider: 'v8',
      include: ['services/**/*.ts', 'shared/**/*.ts', 'schemas/**/*.ts'],
      reportsDirectory: 'coverage',
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [REAL],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: [REAL],
          globalSetup: [fileURLToPath(new URL('support/real-servers.global.ts', import.meta.url))],
          testTimeout: 120_000,
          // Longer than a server is waited for, whose error shows its log.
          hookTimeout: 180_000,
          // One file after the other, after the unit tests: the servers need the processors.
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
