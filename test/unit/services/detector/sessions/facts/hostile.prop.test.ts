/** Whatever an event says, it gives a fact of a bounded size that can be read again, or none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../../../../schemas/generated/avro.ts';
import type { MadeFinding } from '../../../../../../services/detector/finding.ts';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import {
  decodeFact,
  encodeFact,
} from '../../../../../../services/detector/sessions/facts/codec.ts';
import { factOf } from '../../../../../../services/detector/sessions/facts/fact-of.ts';
import { isObject } from '../../../../../../shared/domain/json.ts';
import { eventsOf } from '../../../normalizer/batches.ts';
import { ADMISSION, FALCO, GKE, SPO } from '../../../normalizer/map/leaves.ts';
import { documentOf, execEvent, podWrite, proxyEvent } from './facts.ts';
import { madeFinding } from './made.ts';

const MAX_BYTES = 64 * 1024;

const EVENTS = [
  ...[execEvent(), podWrite('create', undefined), podWrite('delete', undefined), GKE, ADMISSION],
  ...[podWrite('patch', 'ephemeralcontainers'), proxyEvent('exec/a/b/c?command=id'), SPO, FALCO],
].flatMap((record) => eventsOf(JSON.stringify(record), { source: 'logs' }));

/** There and back, and of a size that a lane can hold a hundred thousand of. */
function check(event: AuditEvent, document: EventDocument, findings: readonly MadeFinding[] = []) {
  const fact = factOf(event, document, findings);
  if (fact === undefined) return undefined;
  const signal = encodeFact(event.cluster, fact);
  expect(signal.body.length).toBeLessThanOrEqual(MAX_BYTES);
  expect(decodeFact(signal)).toStrictEqual(fact);
  return fact;
}

const WORDS = [
  ...['pods', 'nodes', 'exec', 'attach', 'proxy', 'portforward', 'ephemeralcontainers', 'binding'],
  ...['create', 'patch', 'get', 'delete', 'ResponseStarted', 'ResponseComplete', 'Panic', 'forbid'],
  ...[
    'audit',
    'process',
    'alert',
    'coverage',
    '__proto__',
    'constructor',
    '',
    'node-debugger-a-abcde',
  ],
];
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 40 }));
const nullable = fc.option(word);
const time = fc.oneof(fc.integer(), fc.constantFrom(NaN, Infinity, -Infinity, 1e300, -1e300, 0.5));

const event = fc.record({
  ...{ id: word, cluster: word, kind: word, source: word, format: word, partial: fc.boolean() },
  ...{
    time,
    receivedAt: time,
    auditId: nullable,
    stage: nullable,
    level: nullable,
    verb: nullable,
  },
  ...{ userName: nullable, impersonatedUserName: nullable, sourceIp: nullable },
  ...{ resource: nullable, subresource: nullable, namespace: nullable, name: nullable },
  ...{ code: fc.option(fc.integer()), decision: nullable, node: nullable, pod: nullable },
  ...{ container: nullable, requestUid: nullable, document: fc.constant(Buffer.alloc(0)) },
});

const json = fc.jsonValue({ maxDepth: 3 });

/** One of the documents with anything at some of its places. */
function changed(value: unknown, at: readonly number[], to: unknown): unknown {
  const [index = 0, ...rest] = at;
  if (!isObject(value) || at.length === 0) return to;
  const entries = Object.entries(value);
  const chosen = index % Math.max(entries.length, 1);
  return Object.fromEntries(
    entries.map(([name, member], i) => [name, i === chosen ? changed(member, rest, to) : member]),
  );
}
const places = fc.array(fc.tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), json), {
  maxLength: 6,
});

describe('an event', () => {
  it('with anything in a record and a document', () => {
    fc.assert(
      fc.property(event, fc.dictionary(word, json), (record, document) => {
        check(record, document);
      }),
    );
  });

  it('of a real form with anything in its places', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVENTS), places, fc.boolean(), (real, changes, isFound) => {
        const document = changes.reduce<unknown>(
          (value, [at, to]) => changed(value, at, to),
          documentOf(real),
        );
        fc.pre(isObject(document));
        check(real, isObject(document) ? document : {}, isFound ? [madeFinding('f')] : []);
      }),
      { numRuns: 500 },
    );
  });

  it('with a real document and anything in its record', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVENTS), event, (real, record) => {
        check({ ...record, kind: real.kind, resource: 'pods' }, documentOf(real));
      }),
      { numRuns: 500 },
    );
  });
});

describe('an event that is large', () => {
  /** Of the forms that JSON makes six bytes of, or that no cut may split. */
  const LARGE = ['\u0001', '😀', 'ü', '\ud800', 'a'].map((unit) => unit.repeat(40_000));

  const grown = (value: unknown, text: string): unknown => {
    if (typeof value === 'string') return text;
    if (Array.isArray(value)) return Array.from({ length: 2000 }, () => text);
    if (!isObject(value)) return value;
    const members = Object.entries(value).map(([name, one]) => [name, grown(one, text)]);
    return { ...Object.fromEntries(members), [text]: text };
  };

  it.each(LARGE.map((text) => [JSON.stringify(text.slice(0, 2)), text] as const))(
    'everywhere, of %s: all of its parts are cut',
    (_, text) => {
      for (const real of EVENTS) {
        const document = grown(documentOf(real), text);
        const names = { name: text, namespace: text, pod: text, container: text, node: text };
        const who = { userName: text, impersonatedUserName: text, requestUid: text, auditId: text };
        const fact = check(
          { ...real, ...names, ...who, id: text },
          isObject(document) ? document : {},
          Array.from({ length: 100 }, (_unused, i) =>
            madeFinding(String(i), { message: text }, 2000),
          ),
        );
        // Where its document says what kind it is, that is gone.
        if (real.kind === 'process') expect(fact?.kind).toBe('line');
      }
    },
  );

  it('keeps who it was, however long the command is', () => {
    const long = Array.from({ length: 5000 }, () => `command=${'%F0%9F%98%80'.repeat(200)}`).join(
      '&',
    );
    const requestURI = `/api/v1/namespaces/payments/pods/checkout-0/exec?${long}`;
    const groups = Array.from({ length: 5000 }, (_, i) => `group-${i}`);
    const [real] = eventsOf(
      JSON.stringify(execEvent({ requestURI, user: { username: 'alice', groups } })),
    );
    if (real === undefined) throw new Error('no event');
    const fact = check(real, documentOf(real), [madeFinding('f', { message: 'm'.repeat(1e6) })]);
    expect(fact).toMatchObject({
      ...{ kind: 'request', userName: 'alice', findings: [{ id: 'f' }] },
      who: { user: { name: 'alice' }, podwitness: { actor: { name: 'alice' } } },
      context: { orchestrator: { cluster: { name: 'prod' } } },
    });
    expect(fact?.kind === 'request' && fact.argv.length).toBeGreaterThan(0);
  });
});

describe('findings of a command', () => {
  const line = EVENTS.find(({ kind }) => kind === 'process');

  it('are held as far as there is room, each whole', () => {
    if (line === undefined) throw new Error('no line');
    const sizes = [1000, 30_000, 40_000, 10_000, 50_000, 1000];
    const findings = sizes.map((size, i) => madeFinding(String(i), {}, size));
    const fact = check(line, documentOf(line), findings);
    if (fact?.kind !== 'line') throw new Error('no fact');
    expect(fact.findings.map(({ id }) => id)).toEqual(['0', '1', '3', '5']);
    for (const held of fact.findings) {
      const { document, record } = findings[Number(held.id)] ?? madeFinding('none');
      expect(held).toMatchObject({ document, record, level: 'high', ruleName: 'A Rule' });
    }
  });
});
