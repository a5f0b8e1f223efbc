/** Facts as records: there and back the same, and a fault for what is none. */
import { describe, expect, it } from 'vitest';
import type { Signal } from '../../../../../../schemas/generated/avro.ts';
import {
  decodeFact,
  encodeFact,
} from '../../../../../../services/detector/sessions/facts/codec.ts';
import type { SessionFact } from '../../../../../../services/detector/sessions/facts/model.ts';
import { readSignal } from '../../../../../../services/detector/watch/read-signal.ts';
import { createCodec } from '../../../../../../shared/adapters/avro/codec.ts';
import { isObject } from '../../../../../../shared/domain/json.ts';
import { factOf } from '../../../../../../services/detector/sessions/facts/fact-of.ts';
import { eventsOf } from '../../../normalizer/batches.ts';
import { FALCO, SPO } from '../../../normalizer/map/leaves.ts';
import { documentOf, execEvent, podWrite } from './facts.ts';
import { madeFinding } from './made.ts';

function factsWithFindings(record: object): readonly SessionFact[] {
  return eventsOf(JSON.stringify(record), { source: 'logs' }).flatMap(
    (event) => factOf(event, documentOf(event), [madeFinding('f-1'), madeFinding('f-2')]) ?? [],
  );
}

const requestURI =
  '/api/v1/namespaces/payments/pods/checkout-0/exec?command=tar&command=cf&command=-&tty=1&stdin=0';
const FACTS = [
  execEvent({ requestURI, impersonatedUser: { username: 'bob' } }),
  podWrite('patch', 'ephemeralcontainers', {
    requestObject: {
      spec: {
        ephemeralContainers: [
          { name: 'd', image: 'i', securityContext: { privileged: true, procMount: 'Unmasked' } },
        ],
      },
    },
  }),
  podWrite('create', undefined, { requestObject: { spec: { containers: [{ name: 'a' }] } } }),
  podWrite('delete', undefined),
  { ...SPO, uid: 1000 },
  FALCO,
].flatMap(factsWithFindings);

const signalOf = (body: unknown): Signal => ({
  ...{ kind: 'session', key: 'prod', cluster: 'prod', time: 0 },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

describe('a fact', () => {
  it('of each kind is here', () => {
    expect(FACTS.map(({ kind }) => kind)).toEqual([
      'request',
      'request',
      'pod',
      'pod',
      'line',
      'alert',
    ]);
  });

  it.each(FACTS.map((fact) => [fact.kind, fact] as const))(
    '%s is the same after it was written',
    (_, fact) => {
      const signal = encodeFact('prod', fact);
      expect(signal).toMatchObject({
        kind: 'session',
        key: 'prod',
        cluster: 'prod',
        time: fact.timeMs,
      });
      const avro = createCodec('Signal');
      const read = avro.decode(avro.encode(signal));
      if (!read.ok) throw new Error('It does not read');
      expect(decodeFact(read.value)).toStrictEqual(fact);
    },
  );

  it('has no member that is not known', () => {
    const has = (value: unknown): boolean =>
      value === undefined || (isObject(value) && Object.values(value).some(has));
    expect(FACTS.filter(has)).toEqual([]);
  });

  it('is none of the watch’s, whose signals are no facts', () => {
    for (const fact of FACTS) expect(readSignal(encodeFact('prod', fact))).toBeUndefined();
    for (const kind of ['source', 'collector', '', 'sessions']) {
      expect(decodeFact({ ...signalOf('{}'), kind })).toBeUndefined();
    }
  });
});

describe('what is no fact', () => {
  it.each([
    '',
    '{',
    'null',
    '[]',
    '7',
    '"line"',
    '{}',
    '{"kind":"toString"}',
    '{"kind":"line"}',
    '{"kind":["line"]}',
  ])('%j is a fault', (body) => {
    expect(decodeFact(signalOf(body))).toMatchObject({ code: 'corrupt_record' });
  });

  it.each(FACTS.map((fact) => [fact.kind, fact] as const))(
    '%s with any member of another type',
    (_, fact) => {
      const bad: Readonly<Record<string, readonly unknown[]>> = {
        string: [7, null, {}, []],
        number: ['7', null, 0.5, 1e300, Number.MAX_SAFE_INTEGER * 4],
        boolean: ['true', 0, null],
        object: ['x', 7, true],
      };
      for (const [name, value] of Object.entries(fact)) {
        for (const wrong of bad[typeof value] ?? []) {
          const changed = { ...fact, [name]: wrong };
          expect(decodeFact(signalOf(changed)), `${name}: ${JSON.stringify(wrong)}`).toMatchObject({
            code: 'corrupt_record',
          });
        }
      }
      for (const timeMs of [-1e14, 1e15, 253_402_300_800_000]) {
        expect(decodeFact(signalOf({ ...fact, timeMs }))).toMatchObject({ code: 'corrupt_record' });
      }
    },
  );

  it.each(FACTS.map((fact) => [fact.kind, fact] as const))(
    '%s without what it must have',
    (_, fact) => {
      const may = new Set([
        ...['auditId', 'stage', 'code', 'userName', 'commandLine', 'tty', 'stdin', 'copy', 'ports'],
        ...['requestUid', 'containers', 'images', 'privileged', 'unconfined', 'pid', 'userId'],
        ...[
          'groupId',
          'executable',
          'syscalls',
          'priority',
          'message',
          'processName',
          'parentName',
        ],
        'hasTerminal',
      ]);
      for (const name of Object.keys(fact)) {
        const { [name]: _gone, ...rest } = fact as unknown as Record<string, unknown>;
        expect('kind' in (decodeFact(signalOf(rest)) ?? {}), name).toBe(may.has(name));
      }
    },
  );

  it('a held finding that lacks its document, an unknown level', () => {
    const line = FACTS.find((fact) => fact.kind === 'line');
    const [held] = line?.findings ?? [];
    const { document: _document, ...bare } = held ?? {};
    for (const findings of [[bare], [{ ...held, level: 'HIGH' }], [held, 7], {}]) {
      expect(decodeFact(signalOf({ ...line, findings }))).toMatchObject({ code: 'corrupt_record' });
    }
    expect(decodeFact(signalOf({ ...line, findings: [held] }))).toMatchObject({ kind: 'line' });
  });
});
