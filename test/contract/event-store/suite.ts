/**
 * Owns: the one contract of the EventStore port; every adapter runs it.
 * Does not own: the servers and files that adapters need (duckdb.test.ts,
 * elasticsearch.real.test.ts), what only one adapter promises.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import type { EventStore } from '../../../shared/ports/event-store.ts';
import type { StoreHarness, StoreUnderTest } from './fixtures.ts';
import { hostileTests } from './hostile.ts';
import { sampleTests } from './samples.ts';
import { searchTests } from './searching.ts';
import { writeTests } from './writing.ts';

/** `make` gives an empty store; `setup()` is called by the suite. */
export function eventStoreContract(name: string, make: () => Promise<StoreHarness>): void {
  describe(`EventStore contract: ${name}`, () => {
    let harness: StoreHarness;
    let current: EventStore;
    beforeAll(async () => {
      harness = await make();
      current = await harness.open();
      await current.setup();
    });
    afterAll(async () => {
      await current.close();
      await harness.dispose();
    });
    const subject: StoreUnderTest = {
      store: () => current,
      reopen: async () => {
        await current.close();
        current = await harness.open();
        return current;
      },
    };
    writeTests(subject);
    searchTests(subject);
    hostileTests(subject);
    sampleTests(subject);
  });
}
