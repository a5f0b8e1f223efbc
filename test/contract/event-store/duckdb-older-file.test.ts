/**
 * Owns: that a file of a release with fewer collections goes on working: what is missing is made.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, it } from 'vitest';
import { openDuckdbStore } from '../../../shared/adapters/duckdb/open.ts';
import type { EventStore, WriteOp } from '../../../shared/ports/event-store.ts';
import { all, corner } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'podwitness-duckdb-'));
const file = join(folder, 'store.duckdb');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (): Promise<EventStore> => openDuckdbStore({ file, memoryLimitMb: 256, threads: 1 });

async function asBefore(): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  for (const table of ['activity', 'activity_parts']) await connection.run(`drop table ${table}`);
  connection.closeSync();
  instance.closeSync();
}

it('gets the table of a new collection, and keeps what it holds', async () => {
  const c = corner();
  const first = await open();
  await first.write([c.create('a')]);
  await first.close();
  await asBefore();

  const second = await open();
  const steps = (await second.setup()).filter(({ state }) => state === 'created');
  expect(steps.map(({ name }) => name)).toStrictEqual(['table activity']);
  const command: WriteOp = { ...c.create('b'), kind: 'create', collection: 'activity' };
  expect(await second.write([command])).toStrictEqual([{ kind: 'written' }]);
  expect(await all(second, c.query())).toHaveLength(1);
  expect(await all(second, c.query({}, { collection: 'activity' }))).toHaveLength(1);
  await second.close();
});
