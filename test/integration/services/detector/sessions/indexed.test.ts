import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openDuckdbStore } from '../../../../../shared/adapters/duckdb/open.ts';
import type { EventStore } from '../../../../../shared/ports/event-store.ts';
import { sessionsAreStored } from './indexed.ts';

describe('the embedded store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'podwitness-sessions-'));
  let store: EventStore;
  beforeAll(async () => {
    store = await openDuckdbStore({
      file: join(folder, 'store.duckdb'),
      memoryLimitMb: 256,
      threads: 1,
    });
    await store.setup();
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  sessionsAreStored(() => store);
});
