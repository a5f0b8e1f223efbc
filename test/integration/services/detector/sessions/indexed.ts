/**
 * Owns: what both stores must do with documents of sessions: take all, whatever is in them, find them
 * by what ran, and keep the newest.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sessionRecord } from '../../../../../services/detector/sessions/record/record-of.ts';
import type { SessionView } from '../../../../../services/detector/sessions/model.ts';
import type { EventStore, WriteOp } from '../../../../../shared/ports/event-store.ts';
import { VIEWS } from '../../../../unit/services/detector/sessions/record/kinds.ts';
import { hugeView, oddView } from '../../../../unit/services/detector/sessions/record/odd-views.ts';
import { command, view } from '../../../../unit/services/detector/sessions/record/views.ts';

const ODD = 300;
const SEED = 7;

export function putOf(id: string, shown: SessionView): WriteOp {
  const { document, revision } = sessionRecord({ ...shown, id }, 'default');
  return { kind: 'put', collection: 'sessions', id, document, revision };
}

/** Ids of what has this value, sorted. */
export async function idsOf(store: EventStore, field: string, value: string): Promise<string[]> {
  const found: string[] = [];
  const where = [{ field, value }];
  const query = { collection: 'sessions', where, order: 'newest', limit: 1000 } as const;
  for await (const document of store.search(query)) {
    found.push(String((document['event'] as { id?: unknown } | undefined)?.id));
  }
  return found.sort();
}

const kindsOf = async (store: EventStore, operations: readonly WriteOp[]) => {
  const verdicts = await store.write(operations);
  return verdicts.map((verdict) => (verdict.kind === 'refused' ? verdict : verdict.kind));
};

export function sessionsAreStored(store: () => EventStore): void {
  it('takes a session of each kind, and finds it by who, where and what ran', async () => {
    const operations = Object.entries(VIEWS).map(([name, shown]) => putOf(`kind-${name}`, shown));
    expect(new Set(await kindsOf(store(), operations))).toStrictEqual(new Set(['written']));
    await store().refresh();
    const session = (field: string, value: string) =>
      idsOf(store(), `podwitness.session.${field}`, value);
    expect(await session('commands.command_line', 'rm -f *')).toStrictEqual(['kind-exec']);
    expect(await session('commands.executable', '/bin/dash')).toContain('kind-cp');
    expect(await session('attachers.user', 'mallory')).toStrictEqual(['kind-ephemeral']);
    expect(await session('findings.rule.id', 'destructive')).toStrictEqual(['kind-exec']);
    expect(await session('files', '/etc/pay/*')).toStrictEqual(['kind-exec']);
    expect(await session('hosts', '192.0.2.9')).toStrictEqual(['kind-exec']);
    expect(await session('state', 'open')).toStrictEqual(['kind-exec-open']);
    expect(await session('coverage', 'port_forward_is_blind')).toStrictEqual(['kind-port-forward']);
    expect(await idsOf(store(), 'related.ip', '2001:db8::7')).toStrictEqual(['kind-ephemeral']);
    expect(await idsOf(store(), 'kubernetes.pod.name', 'pay-0-debug')).toStrictEqual([
      'kind-debug-pod',
    ]);
  });

  it(`takes ${ODD} odd ones, and one that holds too much`, async () => {
    const odd = fc.sample(oddView, { numRuns: ODD, seed: SEED });
    const operations = [hugeView(3000), ...odd].map((shown, i) => putOf(`odd-${i}`, shown));
    const verdicts = await kindsOf(store(), operations);
    expect(verdicts.filter((verdict) => verdict !== 'written').slice(0, 3)).toStrictEqual([]);
  }, 120_000);

  it('keeps the newest, whatever comes after it', async () => {
    const states = (revision: number, state: 'open' | 'closed', count: number) =>
      putOf(
        'kept',
        view({ revision, state, commands: Array.from({ length: count }, () => command()) }),
      );
    expect(await kindsOf(store(), [states(1, 'open', 0)])).toStrictEqual(['written']);
    expect(await kindsOf(store(), [states(7, 'closed', 3)])).toStrictEqual(['written']);
    expect(await kindsOf(store(), [states(6, 'open', 9)])).toStrictEqual(['stale']);
    expect(await kindsOf(store(), [states(7, 'closed', 3)])).toStrictEqual(['written']);
    await store().refresh();
    const where = [{ field: 'event.id', value: 'kept' }];
    expect(await store().count({ collection: 'sessions', where })).toBe(1);
    const count = { field: 'podwitness.session.command_count', value: '3' };
    expect(await store().count({ collection: 'sessions', where: [...where, count] })).toBe(1);
  });
}
