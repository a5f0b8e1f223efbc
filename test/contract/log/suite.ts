/**
 * Owns: the contract of the port `Log` (shared/ports/log.ts) as one suite that every adapter runs.
 * Does not own: what only one adapter promises (embedded-*.test.ts, kafka.*.test.ts).
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { commitContract } from './commits.ts';
import { exactlyOnceContract } from './exactly-once.ts';
import { fencingContract } from './fencing.ts';
import { flowContract } from './flow.ts';
import { groupContract } from './groups.ts';
import type { LogHarness } from './harness.ts';
import { readContract } from './reads.ts';
import { recordContract } from './records.ts';
import { stateContract } from './state.ts';
import { topicContract } from './topics.ts';

/** Registers all tests of the contract for one adapter. */
export function describeLogContract(name: string, harness: LogHarness): void {
  describe(`Log contract: ${name}`, () => {
    beforeAll(() => harness.start(), 120_000);
    afterAll(() => harness.close(), 60_000);
    describe('topics', () => topicContract(harness));
    describe('records', () => recordContract(harness));
    describe('reads', () => readContract(harness));
    describe('groups', () => groupContract(harness));
    describe('commits', () => commitContract(harness));
    describe('fencing', () => fencingContract(harness));
    describe('state', () => stateContract(harness));
    describe('flow', () => flowContract(harness));
    describe('exactly once', () => exactlyOnceContract(harness));
  });
}
