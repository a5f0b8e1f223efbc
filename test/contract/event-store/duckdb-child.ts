/**
 * Owns: the process that duckdb.test.ts kills: writes batches of 100 documents for ever and prints
 * the number of each batch when it is acknowledged.
 */
import { openDuckdbStore } from '../../../shared/adapters/duckdb/open.ts';
import type { WriteOp } from '../../../shared/ports/event-store.ts';

const store = await openDuckdbStore({ file: process.argv[2] ?? '', memoryLimitMb: 64, threads: 1 });
const document = Buffer.from(JSON.stringify({ '@timestamp': '2024-01-01T00:00:00Z' }));
for (let batch = 0; ; batch++) {
  const ops = Array.from(
    { length: 100 },
    (_, i): WriteOp => ({ kind: 'create', collection: 'events', id: `${batch}-${i}`, document }),
  );
  await store.write(ops);
  process.stdout.write(`${batch}\n`);
}
