/**
 * Owns: the proof of services/collector/protect: records are found in every wrapper, and what is not
 * understood as a whole gives nothing.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { redactBody } from '../../../../../services/collector/protect/redact-body.ts';
import type { JsonObject } from '../../../../../shared/domain/json.ts';
import type { Redact } from '../../../../../shared/domain/redaction/redact.ts';

const SECRET = 'hunter2-planted';

/** Takes out every text that holds the secret; what is a secret is not this suite's question. */
const redact: Redact = (value) => {
  const text = JSON.stringify(value).replace(/"[^"]*hunter2-planted[^"]*"/g, '"REDACTED"');
  return { value: JSON.parse(text) as JsonObject, redaction: undefined };
};

const record = (secret = SECRET): string =>
  `{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"create","auditID":"1","requestObject":{"data":{"p":"${secret}"}}}`;
const spo = `{"version":"spo/1","cmdLine":"mysql -p${SECRET}","executable":"/mysql","pid":1}`;
const falco = `{"rule":"r","priority":"Notice","output":"p ${SECRET}","output_fields":{"evt.time":1763640000123456789}}`;
const base64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64');
const quoted = (text: string): string => JSON.stringify(text);

function redacted(body: string | Buffer): string | undefined {
  return redactBody(Buffer.from(body), redact)?.toString();
}

const UNDERSTOOD: readonly (readonly [string, string])[] = [
  ['one event', record()],
  ['a list', `{"kind":"EventList","items":[${record()}, ${record('x')}]}`],
  ['an array', `[${record()}]`],
  ['lines', `${record()}\n${spo}\r\n\n${falco}\n`],
  ['documents with nothing between', record() + record()],
  ['over several lines', JSON.stringify(JSON.parse(record()), null, 2)],
  ['behind a byte order mark', `\ufeff${record()}`],
  ['behind record separators', `\x1e${record()}\n\x1e${record()}`],
  ['text in Fluent Bit’s record', `[{"date":1.5,"log":${quoted(record())},"stream":"stdout"}]`],
  ['a parsed member', `{"log_processed":${record()},"kubernetes":{"pod_name":"p"}}`],
  ['a line of a container runtime', `2026-11-21T10:00:00.1Z stdout F ${record()}`],
  ['such a line in a text', `{"log":${quoted(`2026-11-21T10:00:00.1Z stdout F ${record()}`)}}`],
  ['syslog', `<134>1 2026-11-21T10:00:00Z node falco - - - ${falco}`],
  ['base64', `{"message":{"data":"${base64(record())}"},"subscription":"s"}`],
  [
    'beside a name that looks like base64',
    `{"message":{"data":"${base64(record())}"},"s":"projects/acme-prod/subscriptions/podwitness"}`,
  ],
  ['base64 of gzip', `{"records":[{"data":"${base64(gzipSync(record()))}"}]}`],
  ['Azure', `{"records":[{"category":"kube-audit","properties":{"log":${quoted(record())}}}]}`],
];

describe('understood', () => {
  test.each(UNDERSTOOD)('%s', (_name, body) => {
    const text = redacted(body) ?? '';
    const inner = /"data":"([A-Za-z0-9+/=]+)"/.exec(text)?.[1];
    const bytes = Buffer.from(inner ?? '', 'base64');
    const unpacked = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
    expect(text + unpacked.toString()).toContain('REDACTED');
    expect(text + unpacked.toString()).not.toContain(SECRET);
  });

  test('CloudWatch: lines in a text in gzip', () => {
    const events = `{"logEvents":[{"id":"1","message":${quoted(record())}}]}`;
    const body = redactBody(gzipSync(events), redact);
    const text = gunzipSync(body ?? Buffer.alloc(0)).toString();
    expect(JSON.parse(text)).toMatchObject({ logEvents: [{ id: '1' }] });
    expect(text).not.toContain(SECRET);
  });

  test('numbers keep their digits, in texts, too', () => {
    const number = '1763640000123456789';
    const body = `{"a":${quoted(falco)},"b":12345678901234567890}`;
    expect(redacted(falco)).toContain(`:${number}}`);
    expect(redacted(body)).toContain(`:${number}}`);
    expect(redacted(body)).toContain('"b":12345678901234567890}');
  });

  test('the same body gives the same bytes', () => {
    const body = gzipSync(record());
    expect(redactBody(body, redact)).toEqual(redactBody(body, redact));
  });

  test('of a key that stands twice, what does not count is gone', () => {
    const body = record('x').replace(
      '"requestObject"',
      `"requestObject":{"p":"${SECRET}"},"requestObject"`,
    );
    expect(redacted(body)).toBeDefined();
    expect(redacted(body)).not.toContain(SECRET);
  });
});

const NOT_UNDERSTOOD: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['text', `password=${SECRET}`],
  ['a document that is no record', `{"password":"${SECRET}"}`],
  ['a document that is no record beside one that is', `${record()}\n{"password":"${SECRET}"}`],
  ['an element that is none', `[${record()},{"password":"${SECRET}"}]`],
  ['a line of text between', `${record()}\npassword=${SECRET}\n${record()}`],
  ['text behind a document', `${record()} password=${SECRET}`],
  ['text before a document', `password=${SECRET} ${record()}`],
  ['torn', record().slice(0, -3)],
  ['damaged', record().replace('"verb"', 'verb')],
  ['a torn text in a member', `{"log":${quoted(record().slice(0, -3))}}`],
  ['beside a record a text with another document', `{"log":${quoted(record())},"x":"{\\"p\\":1}"}`],
  ['a text beside a verb', `{"verb":"get","log":${quoted(`x ${record()}`)}}`],
  ['part of a line', `2026-11-21T10:00:00.1Z stdout P ${record().slice(0, 40)}`],
  ['no UTF-8', Buffer.concat([Buffer.from(record()), Buffer.of(0xff)])],
  ['MessagePack', Buffer.from([0x92, 0x01, 0x81, 0xa1, 0x61, 0x01])],
  ['damaged gzip', gzipSync(record()).subarray(0, -10)],
  ['a mark of our own', record('\ue0001')],
  ['such a mark, escaped', record('\\uE0001')],
  ['deeper than any wrapper', `${'{"a":'.repeat(20)}${record()}${'}'.repeat(20)}`],
  ['deeper than can be written', `${'['.repeat(200_000)}${record()}${']'.repeat(200_000)}`],
  [
    'texts in texts in texts',
    [1, 2, 3, 4, 5].reduce((text) => `{"log":${quoted(text)}}`, record()),
  ],
];

describe('not understood', () => {
  test.each(NOT_UNDERSTOOD)('%s', (_name, body) => {
    expect(redacted(body)).toBeUndefined();
  });

  test('gzip that would be more than there is room for', () => {
    const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024));
    expect(redactBody(bomb, redact)).toBeUndefined();
  });
});
