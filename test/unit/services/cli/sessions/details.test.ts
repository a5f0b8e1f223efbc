import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detailsOf } from '../../../../../services/cli/sessions/details.ts';
import { listAt, numberAt, textAt, timeAt } from '../../../../../services/cli/sessions/fields.ts';
import { sessionLines } from '../../../../../services/cli/sessions/lines.ts';
import { sessionPage } from '../../../../../services/cli/sessions/page.ts';
import { formatRows, rowOf } from '../../../../../services/cli/sessions/table.ts';
import { formatSession } from '../../../../../services/cli/sessions/text.ts';
import { ODD, RICH } from './documents.ts';

describe('a field of a document', () => {
  it('is found nested and with dots in its name', () => {
    expect(textAt({ a: { b: 'x' } }, 'a.b')).toBe('x');
    expect(textAt({ 'a.b': 'x' }, 'a.b')).toBe('x');
    expect(listAt({ a: { 'b.c': [{ d: 1 }] } }, 'a.b.c')).toEqual([{ d: 1 }]);
    expect(listAt({ a: { b: { c: { d: 1 } } } }, 'a.b.c')).toEqual([{ d: 1 }]);
    expect(listAt(JSON.parse('{"__proto__":{"b":[{}]}}'), '__proto__.b')).toEqual([{}]);
    expect(listAt({}, '__proto__')).toEqual([]);
  });

  it('is a time only where it is one', () => {
    expect(timeAt({ t: '2026-11-21T06:10:00.050302Z' }, 't')).toBe(
      Date.parse('2026-11-21T06:10:00.050Z'),
    );
    expect(timeAt({ t: 5 }, 't')).toBe(5);
    for (const t of ['yesterday', 'banana 7', '', null, true, 1e300, '2026-99-99T99:99']) {
      expect(timeAt({ t }, 't')).toBeUndefined();
    }
  });

  it('is a number only where it is one', () => {
    expect(numberAt({ n: '7' }, 'n')).toBe(7);
    for (const n of ['', ' ', 'many', true, null, {}]) expect(numberAt({ n }, 'n')).toBeUndefined();
  });
});

describe('a session that is read', () => {
  it('has everything that the record has', () => {
    const { alerts, attachers, commands, findings, ...session } = detailsOf(RICH);
    expect(session).toMatchObject({
      ...{ id: '5rVY0Zb2cXGm0qkyIYJpX3nHhV8', kind: 'exec', state: 'closed', revision: 12 },
      ...{ user: 'bob', cluster: 'prod-eu', namespace: 'payments', pod: 'pay-0' },
      ...{ container: 'app', node: 'worker-1', retries: 1, maxLevel: 'high', endedBy: 'response' },
    });
    expect(commands).toHaveLength(8);
    expect(commands[6]).toMatchObject({ confidence: 'ambiguous', pid: 4260, userId: '0' });
    expect([alerts.length, attachers.length, findings.length]).toEqual([1, 0, 2]);
  });

  it('keeps what can be read of an odd one', () => {
    expect(detailsOf(ODD)).toMatchObject({
      ...{ user: 'alice, alice@example.com', kind: 'teleport', commandCount: 7, retries: -3 },
      ...{ startedMs: undefined, endedMs: 1_763_705_400_000 },
    });
  });

  it('is shown by every view, whatever the document is', () => {
    const paths = ['commands', 'alerts', 'findings', 'attachers', 'coverage', 'id', 'started_at'];
    const part = fc.dictionary(fc.constantFrom(...paths, 'time', 'pid', 'others'), fc.jsonValue());
    const session = fc.dictionary(
      fc.constantFrom(...paths),
      fc.oneof(fc.jsonValue(), fc.array(part)),
    );
    fc.assert(
      fc.property(session, fc.dictionary(fc.string(), fc.jsonValue()), (own, rest) => {
        const details = detailsOf({ ...rest, podwitness: { session: own } });
        expect(formatSession(details, 80)).toContain('Timeline');
        expect(sessionLines(details)).toContain('"type":"session"');
        expect(sessionPage(details, 0)).toContain('</html>');
        expect(formatRows([rowOf(details)], 0, 80).split('\n')).toHaveLength(2);
      }),
      { numRuns: 200 },
    );
  });
});
