/** Hostile records: of any shape, and as slow as they can be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedact } from '../../../../../shared/domain/redaction/redact.ts';
import type { RecordFormat } from '../../../../../shared/domain/record-format.ts';
import { anyJson } from '../../../../support/odd-json.ts';

const redact = createRedact({ key: Buffer.from('a key for tests, of 32 bytes or so') });

const FORMATS: readonly RecordFormat[] = ['audit', 'admission', 'gke', 'spo', 'falco'];
const NAMES = [
  'kind',
  'data',
  'env',
  'args',
  'path',
  'op',
  'value',
  'name',
  'annotations',
  '__proto__',
];
const TEXTS = [
  'Secret',
  '[{',
  '{"a":"b',
  'x://y:z@',
  '-----BEGIN PRIVATE KEY-----',
  '%',
  '\'"\\',
  'token=',
];
const odd: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    anyJson,
    fc.constantFrom(...TEXTS),
    fc.string({ unit: fc.constantFrom(...'pas=:"\'\\ \n|<>&;{}[]-~%+@/eyJ.') }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.constantFrom(...NAMES, 'requestObject', 'requestURI', 'objectRef', 'token'),
      tie('value'),
      {
        ...{ maxKeys: 5, noNullPrototype: true },
      },
    ),
  ),
})).value;

describe('hostile records', () => {
  it('never throw, and are the same the second time', () => {
    const members = fc.dictionary(
      fc.constantFrom(...NAMES, 'requestObject', 'requestURI', 'output'),
      odd,
    );
    fc.assert(
      fc.property(members, fc.constantFrom(...FORMATS), fc.boolean(), (record, format, isCut) => {
        const before = JSON.stringify(record);
        const once = redact(record, format, isCut);
        expect(JSON.stringify(record)).toBe(before);
        expect(redact(once.value, format, isCut).value).toStrictEqual(once.value);
      }),
      { numRuns: 1000 },
    );
  });

  it('keep members with the names of prototypes', () => {
    const record = JSON.parse('{"requestObject":{"__proto__":{"password":"x"},"a":1}}') as object;
    const { value } = redact(record as never, 'audit', false);
    const want = /^{"requestObject":{"__proto__":{"password":"REDACTED~[\w-]{16}"},"a":1}}$/;
    expect(JSON.stringify(value)).toMatch(want);
    expect(({} as Record<string, unknown>)['password']).toBeUndefined();
  });

  it('lose fields of managed fields that nest so deep, even if a copy is looked for', () => {
    let fieldsV1: unknown = {};
    for (let i = 0; i < 10_000; i++) fieldsV1 = { f: fieldsV1 };
    const requestObject = { password: 'hunter2hunter2', fieldsV1 };
    const { redaction } = redact({ requestObject }, 'audit', false);
    expect(redaction?.kinds).toEqual(['credential', 'depth']);
  });

  it('lose what nests deeper than anything real', () => {
    let deep: unknown = 'hunter2hunter2';
    for (let i = 0; i < 10_000; i++) deep = i % 2 === 0 ? [deep] : { a: deep };
    const { redaction, value } = redact({ requestObject: deep }, 'audit', false);
    expect(redaction?.kinds).toEqual(['depth']);
    expect(JSON.stringify(value)).not.toContain('hunter2');
  });
});

describe('time is linear in the length of', () => {
  const LENGTH = 300_000;
  const fill = (part: string): string => part.repeat(Math.ceil(LENGTH / part.length));
  const MAX_MS = 5000;

  it.each([
    ...[
      '=',
      ':',
      'a=',
      'password=',
      'password="',
      "password='",
      'password: ',
      'password:\\"',
      'pass',
    ],
    ...[
      'token ',
      'x://',
      'x://a:b',
      'x://a:b@',
      'eyJ',
      'eyJ-',
      'eyJaaaaaaaaaa.',
      'eyJhbGci.',
      'AKIA',
    ],
    ...[
      '-----BEGIN PRIVATE KEY-----',
      'bearer ',
      'basic basic',
      '<password>',
      'identified with ',
      'ghp_',
    ],
    ...[
      'name: password\n',
      'name: password\nvalue: x\n',
      'secret: |\n',
      ' value: "',
      'LS0tLS1CRUdJTi',
      '\\',
    ],
    ...[
      '"',
      "'",
      '" \'',
      '| echo ',
      'echo a | passwd;',
      '<<< ',
      'set password ',
      '--password ',
      '--token=',
      '${',
    ],
    ...[
      '[{"a":',
      '{"a":"',
      '\\"',
      'a,b=',
      ';a;a',
      '    ',
      '\npassword:\n  ',
      'sh -c "',
      "sh -c 'x",
      'mysql -p',
    ],
  ])('%j', (part) => {
    const text = fill(part);
    const started = process.cpuUsage();
    for (const mode of [{ a: text }, { args: [text] }, { command: text }]) {
      redact({ requestObject: mode }, 'audit', false);
    }
    redact({ requestURI: `/x?command=${text}&a=${text}` }, 'audit', false);
    const { system, user } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(MAX_MS);
  });

  it('many values and a long text', () => {
    const stringData = Object.fromEntries(
      Array.from({ length: 4000 }, (_, i) => [`k${i}`, `secret-value-${i}`]),
    );
    const requestObject = { stringData, note: fill('secret-value-x secret-') };
    const started = process.cpuUsage();
    const { value } = redact({ requestObject }, 'audit', false);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(MAX_MS);
    // What can't be compared in time is not let through.
    expect(JSON.stringify(value)).not.toContain('secret-value-');
  });
});
