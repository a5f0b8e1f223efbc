/**
 * Owns: proof that what stands on audit.sessions comes to the store as it is in the end.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sessionRecord } from '../../../../services/detector/sessions/record/record-of.ts';
import type { SessionView } from '../../../../services/detector/sessions/model.ts';
import { fieldMatches } from '../../../../shared/domain/field-path.ts';
import type { StoredDocument } from '../../../../shared/ports/event-store.ts';
import { codecOf } from '../../../../shared/runtime/stage-worker.ts';
import { openPipelineRig, type PipelineRig } from '../../../support/pipeline-rig.ts';
import { command, view } from '../../../unit/services/detector/sessions/record/views.ts';

let rig: PipelineRig;
beforeEach(async () => {
  rig = await openPipelineRig();
});
afterEach(() => rig.close());

const codec = codecOf('audit.sessions');

async function append(...views: readonly SessionView[]): Promise<void> {
  const records = views.map((shown) => ({
    ...{ topic: 'audit.sessions', key: Buffer.from(shown.id), timestampMs: 1 },
    value: codec.encode(sessionRecord(shown, 'default')),
  }));
  await rig.log.append(records);
}

async function stored(): Promise<readonly StoredDocument[]> {
  const query = { collection: 'sessions', where: [], order: 'newest', limit: 100 } as const;
  const found: StoredDocument[] = [];
  for await (const document of rig.store.search(query)) found.push(document);
  return found;
}

function at(revision: number, state: 'open' | 'closed', count: number): SessionView {
  const commands = Array.from({ length: count }, (_, i) => command({ eventId: `c${i}` }));
  return view({ revision, state, commands });
}

it('the newest of each session is there, once, whatever came when', async () => {
  await append(at(1, 'open', 0), at(3, 'closed', 2), at(2, 'open', 1));
  await append({ ...at(1, 'open', 0), id: 'another' });
  await rig.index();
  await append(at(2, 'open', 1), at(4, 'closed', 3));
  await rig.index();
  const documents = await stored();
  expect(documents).toHaveLength(2);
  const closed = documents.filter((d) => fieldMatches(d, 'podwitness.session.state', 'closed'));
  expect(closed).toHaveLength(1);
  expect(fieldMatches(closed[0], 'podwitness.session.revision', '4')).toBe(true);
  expect(fieldMatches(closed[0], 'podwitness.session.commands.event_id', 'c2')).toBe(true);
});

it('what is no session is a dead letter, and the rest is written', async () => {
  const value = Buffer.from('no avro');
  await rig.log.append([{ topic: 'audit.sessions', key: Buffer.from('x'), value, timestampMs: 1 }]);
  await append(at(1, 'open', 0));
  await rig.index();
  expect(await stored()).toHaveLength(1);
  expect(await rig.letters()).toMatchObject([
    { stage: 'indexer.sessions', topic: 'audit.sessions' },
  ]);
});
