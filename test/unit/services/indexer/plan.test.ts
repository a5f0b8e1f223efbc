import { describe, expect, it } from 'vitest';
import {
  applyVerdicts,
  arrivalsOf,
  type Candidate,
  endingsOf,
  markExisting,
  operations,
  type Plan,
  pendingIds,
  planBatch,
} from '../../../../services/indexer/plan.ts';
import { reduceDocument } from '../../../../services/indexer/reduce.ts';
import type { WriteVerdict } from '../../../../shared/ports/event-store.ts';

const FULL = Buffer.from(JSON.stringify({ '@timestamp': 't', user: { name: 'a', id: 'u' } }));
const FAULT = { code: 'document_refused', message: 'mapping' } as const;
const REFUSED: WriteVerdict = { kind: 'refused', fault: FAULT };

function candidates(...ids: readonly string[]): readonly Candidate[] {
  return ids.map((id) => ({ id, generation: 7, document: FULL, collection: 'findings' }));
}

const idsOf = (plan: Plan) => [...pendingIds(plan).values()].flat();

const NOTHING = new Map<string, Buffer>();

it('writes what was neither seen before nor earlier in the batch, in order', () => {
  const state = new Map([['seen/6/b', Buffer.from([1])]]);
  const plan = planBatch(state, candidates('a', 'b', 'a', 'c'));
  expect(idsOf(plan)).toStrictEqual(['a', 'c']);
  expect(operations(plan)).toStrictEqual([
    { kind: 'create', collection: 'findings', id: 'a', document: FULL },
    { kind: 'create', collection: 'findings', id: 'c', document: FULL },
  ]);
});

it('writes each where it belongs, in the order in which they came', () => {
  const [a, b, c] = candidates('a', 'b', 'c') as [Candidate, Candidate, Candidate];
  const plan = planBatch(NOTHING, [a, { ...b, collection: 'activity' }, c]);
  expect([...pendingIds(plan)]).toStrictEqual([
    ['findings', ['a', 'c']],
    ['activity', ['b']],
  ]);
  const written = operations(plan).map(({ collection, id }) => `${collection} ${id}`);
  expect(written).toStrictEqual(['findings a', 'activity b', 'findings c']);
});

it('leaves out what the store turned out to have', () => {
  const plan = markExisting(planBatch(NOTHING, candidates('a', 'b')), new Set(['a', 'other']));
  expect(idsOf(plan)).toStrictEqual(['b']);
});

describe('a verdict', () => {
  const judged = (...verdicts: readonly WriteVerdict[]) =>
    applyVerdicts(planBatch(NOTHING, candidates('a')), verdicts);

  it.each([
    ['written', { kind: 'emit', items: [] }],
    ['duplicate', { kind: 'drop', reason: 'repeat' }],
    ['stale', { kind: 'drop', reason: 'repeat' }],
  ] as const)('%s ends a document', (kind, ending) => {
    const plan = judged({ kind });
    expect(endingsOf(plan)).toStrictEqual([ending]);
    expect(arrivalsOf(plan).map(({ id }) => id)).toStrictEqual(['a']);
  });

  it('retry leaves it as it is', () => {
    expect(idsOf(judged({ kind: 'retry' }))).toStrictEqual(['a']);
    expect(operations(judged({ kind: 'retry' }))[0]?.document).toBe(FULL);
    expect(() => endingsOf(judged({ kind: 'retry' }))).toThrow();
  });

  it('refused has it written again without its bodies, and then rejects it', () => {
    const reduced = judged(REFUSED);
    expect(operations(reduced)[0]?.document).toStrictEqual(reduceDocument(FULL));
    const rejected = applyVerdicts(reduced, [REFUSED]);
    expect(endingsOf(rejected)).toStrictEqual([{ kind: 'reject', fault: FAULT }]);
    // What is not in the store must not be taken for a repeat later.
    expect(arrivalsOf(rejected)).toStrictEqual([]);
    expect(endingsOf(applyVerdicts(reduced, [{ kind: 'written' }]))).toStrictEqual([
      { kind: 'emit', items: [] },
    ]);
  });

  it('belongs to the operation in its place, over several rounds', () => {
    let plan = planBatch(NOTHING, candidates('a', 'b', 'c', 'd'));
    plan = applyVerdicts(plan, [
      { kind: 'retry' },
      { kind: 'written' },
      REFUSED,
      { kind: 'duplicate' },
    ]);
    expect(idsOf(plan)).toStrictEqual(['a', 'c']);
    plan = applyVerdicts(plan, [{ kind: 'written' }, REFUSED]);
    expect(endingsOf(plan).map(({ kind }) => kind)).toStrictEqual([
      ...['emit', 'emit', 'reject', 'drop'],
    ]);
  });

  it('for fewer or more operations than there were is a bug of the store', () => {
    expect(() => judged()).toThrow('fewer');
    expect(() => judged({ kind: 'written' }, { kind: 'written' })).toThrow('more');
  });
});

describe('a reduced document', () => {
  const reduced = (document: object) =>
    JSON.parse(reduceDocument(Buffer.from(JSON.stringify(document))).toString()) as object;

  it('has what every document has and what identifies the request, and says that it is partial', () => {
    const audit = { auditID: 'a', stage: 's', verb: 'get', level: 'l', requestObject: { b: 1 } };
    const document = {
      ...{ '@timestamp': 't', ecs: { version: '8' }, message: 'm', event: { id: 'i' } },
      ...{
        data_stream: { type: 'logs' },
        user: { name: 'alice', roles: ['r'] },
        url: { path: '/' },
      },
      ...{ orchestrator: { type: 'k', cluster: { name: 'c' }, namespace: 'n' } },
      kubernetes: { audit },
    };
    const { requestObject: _body, ...kept } = audit;
    expect(reduced(document)).toStrictEqual({
      ...{ '@timestamp': 't', ecs: { version: '8' }, message: 'm', event: { id: 'i' } },
      ...{ data_stream: { type: 'logs' }, user: { name: 'alice' } },
      ...{ orchestrator: { type: 'k', cluster: { name: 'c' } }, kubernetes: { audit: kept } },
      podwitness: { partial: true },
    });
  });

  it('keeps what makes a finding one', () => {
    const finding = { level: 'high', events: ['e'] };
    const document = { rule: { id: 'r' }, podwitness: { finding, missing: ['stage'] } };
    expect(reduced(document)).toMatchObject({ rule: { id: 'r' }, podwitness: { finding } });
  });

  it('keeps of a session what it is, and not what lies in it', () => {
    const session = { id: 's', kind: 'exec', state: 'open', revision: 4, confidence: 'exact' };
    const commands = [{ command_line: 'ls' }];
    expect(reduced({ podwitness: { session: { ...session, commands } } })).toMatchObject({
      podwitness: { session, partial: true },
    });
    expect(JSON.stringify(reduced({ podwitness: { session: { commands } } }))).not.toContain('ls');
  });

  it.each([
    {},
    { podwitness: { session: 'x' } },
    { user: null, kubernetes: null },
    { user: 'x', kubernetes: { audit: [] } },
  ])('is made of anything: %j', (document) => {
    expect(reduced(document)).toMatchObject({ podwitness: { partial: true } });
  });
});
