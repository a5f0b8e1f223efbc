/**
 * Owns: the EventStore contract on the embedded store, and what only it promises: one process at a
 * time, durable at kill -9, bounded memory.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openDuckdbStore } from '../../../shared/adapters/duckdb/open.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { EventStore } from '../../../shared/ports/event-store.ts';
import { all, corner, kinds } from './fixtures.ts';
import { eventStoreContract } from './suite.ts';

const CHILD = fileURLToPath(new URL('duckdb-child.ts', import.meta.url));

const folders: string[] = [];
function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'podwitness-duckdb-'));
  folders.push(folder);
  return join(folder, 'nested', 'store.duckdb');
}
function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

function open(file: string, memoryLimitMb = 256): Promise<EventStore> {
  return openDuckdbStore({ file, memoryLimitMb, threads: 1 });
}

eventStoreContract('duckdb', async () => {
  const file = newFile();
  return { open: () => open(file), dispose: async () => removeFolders() };
});

/** A process of its own that holds the store of `file` and writes to it; see duckdb-child.ts. */
function startChild(file: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

describe('duckdb file', () => {
  afterEach(removeFolders);

  it('is refused while it is open in this process', async () => {
    const file = newFile();
    const store = await open(file);
    await expect(open(file)).rejects.toMatchObject({ code: 'data_dir_locked' });
    await store.close();
    await (await open(file)).close();
  });

  it('is refused while another process has it, and keeps what was acknowledged at kill -9', async () => {
    const file = newFile();
    const { child, lines } = startChild(file);
    // The child says the number of each batch once its write has resolved.
    const acknowledged: number[] = [];
    while (acknowledged.length < 20) acknowledged.push(Number((await lines.next()).value));
    const error: unknown = await open(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FatalError);
    expect(error).toMatchObject({ code: 'data_dir_locked' });
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    const store = await open(file);
    const ids = acknowledged.flatMap((batch) => [`${batch}-0`, `${batch}-99`]);
    expect(await store.existing('events', ids)).toEqual(new Set(ids));
    // A batch is there as a whole or not at all.
    expect((await store.count({ collection: 'events', where: [] })) % 100).toBe(0);
    await store.close();
  });

  it('is refused when it is no database', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'podwitness-duckdb-')), 'store.duckdb');
    folders.push(join(file, '..'));
    writeFileSync(file, 'this is a text, and longer than a header would be '.repeat(500));
    await expect(open(file)).rejects.toMatchObject({ name: 'FatalError', code: 'invalid_config' });
  });

  it('takes and searches 300 MB of large documents within 128 MiB', async () => {
    const store = await open(newFile(), 128);
    const c = corner();
    const note = 'x'.repeat(2 * 1024 * 1024);
    for (let call = 0; call < 3; call++) {
      const ops = Array.from({ length: 50 }, (_, i) =>
        c.create(`${call}-${i}`, { message: `m${call}`, podwitness: { note } }),
      );
      expect(kinds(await store.write(ops))).toEqual(ops.map(() => 'written'));
    }
    expect(await store.count(c.query({ message: 'm1' }))).toBe(50);
    expect(await all(store, c.query({ message: 'm2' }, { limit: 3 }))).toHaveLength(3);
    await store.close();
  }, 60_000);
});
