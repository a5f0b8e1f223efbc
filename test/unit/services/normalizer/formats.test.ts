import { describe, expect, it } from 'vitest';
import { eventsOf, ITEM, LINE, summary } from './batches.ts';

const item = JSON.stringify(ITEM);
const line = JSON.stringify(LINE);
const list = JSON.stringify({
  kind: 'EventList',
  apiVersion: 'audit.k8s.io/v1',
  items: [ITEM, ITEM],
});
const WHOLE = (body: string): readonly string[] => [`reject unreadable_body 0: ${body}`];

describe('what holds events', () => {
  it.each([
    ['an EventList', `${list}\n`, 2],
    ['an Event', line, 1],
    ['an item without kind', item, 1],
    ['an array', `[${line},${item}]`, 2],
    ['lines', `${line}\n${line}\n${item}`, 3],
    ['lines with CR and blanks between', `${line}\r\n\r\n  \n${line}\r\n`, 2],
    ['lines of lists', `${list}\n${list}\n`, 4],
    ['a list over several lines', JSON.stringify(JSON.parse(list), null, 2), 2],
    ['an Event over several lines', JSON.stringify(LINE, null, '\t'), 1],
    ['a list with an escaped key', list.replace('"items"', '"\\u0069tems"'), 2],
    ['a list whose items come twice', list.replace('"items"', '"items":[1],"items"'), 2],
    ['events with nothing but a verb or an id', '[{"verb":""},{"auditID":"a"}]', 2],
  ])('%s', (_, body, count) => {
    expect(summary(body)).toStrictEqual(Array(count).fill('emit'));
    const identity = { auditID: ITEM.auditID };
    if (count > 0 && body.includes(identity.auditID)) {
      expect(new Set(eventsOf(body).map(({ id }) => id)).size).toBe(1);
    }
  });

  it('runs of items, as the collector cuts them', () => {
    const framing = 'ITEMS' as const;
    expect(summary(`${item} ,\n${item}`, { framing })).toStrictEqual(['emit', 'emit']);
    expect(summary(item, { framing })).toStrictEqual(['emit']);
    const mixed = summary(`${item},{"kind":"Pod"} ,${item}`, { framing });
    expect(mixed).toStrictEqual(['emit', 'reject unreadable_item 1: {"kind":"Pod"}', 'emit']);
  });
});

describe('what holds none', () => {
  it.each([
    ['nothing', ''],
    ['blanks', ' \n\t '],
    ['no JSON', 'hello'],
    ['a scalar', '7'],
    ['null', 'null'],
    ['an object of another kind', '{"kind":"Pod","metadata":{}}'],
    ['an event of the core API', '{"kind":"Event","apiVersion":"v1","reason":"Started"}'],
    ['a list whose items are null', '{"kind":"EventList","items":null}'],
    ['a list of other things', '{"items":[{"kind":"Pod"},1,null,[]]}'],
    ['numbers', '[1,2,3]'],
  ])('is one dead letter with its bytes: %s', (_, body) => {
    expect(summary(body)).toStrictEqual(WHOLE(body));
  });

  it('is told apart where it is the old text format', () => {
    const body = '2026-11-21T06:00:00Z AUDIT: id="a" stage="RequestReceived" ip="10.0.0.1"';
    expect(summary(body)).toStrictEqual([`reject legacy_format 0: ${body}`]);
  });

  it('is dropped where it says itself that it is empty', () => {
    expect(summary('[]')).toStrictEqual(['drop empty']);
    expect(summary('{"kind":"EventList","items":[]}')).toStrictEqual(['drop empty']);
  });

  it('is told with the part that it is', () => {
    expect(summary('x', { part: 3 })).toStrictEqual(['reject unreadable_body 3: x']);
  });

  it('is no record at all when its time is none', () => {
    for (const receivedAt of [-1, 9e15]) {
      expect(summary(item, { receivedAt })[0]).toMatch(/^reject corrupt_record/);
    }
  });
});

describe('what holds some', () => {
  it('rejects bad items with their own bytes, exactly as they came', () => {
    const bad = '{ "kind":"Pod", "a\\u0041":1.50 }';
    expect(summary(`{"items":[${item}, ${bad},${item}]}`)).toStrictEqual([
      'emit',
      `reject unreadable_item 1: ${bad}`,
      'emit',
    ]);
  });

  it('rejects bad lines', () => {
    const bad = 'reject unreadable_item 1: noise';
    expect(summary(`${line}\nnoise\n${line}`)).toStrictEqual(['emit', bad, 'emit']);
  });

  it('makes of what is torn an event that says so', () => {
    for (const torn of [line.slice(0, -1), line.slice(0, 200), list.slice(0, -200)]) {
      const last = eventsOf(torn).at(-1);
      expect(last).toMatchObject({ partial: true, auditId: ITEM.auditID });
      expect(last?.id).not.toBe(eventsOf(line)[0]?.id);
    }
  });

  it('rejects bad items of a list with an escaped key', () => {
    const body = `{"\\u0069tems":[${item},{"b":1,"a":[2]}]}`;
    expect(summary(body)[1]).toBe('reject unreadable_item 1: {"b":1,"a":[2]}');
  });

  // The bytes of each bad item were looked for from the start of the body: hours for one part.
  it('is done soon with a body full of bad items', () => {
    const body = `[${item}${',1'.repeat(100_000)}]`;
    expect(summary(body)).toHaveLength(100_001);
  });
});

describe('hostile bytes', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

  it.each([
    ['100,000 levels in a body', `{"verb":"get","requestObject":${deep}}`, 'emit'],
    ['100,000 levels where the whole content is hashed', `{"verb":"get","user":${deep}}`, 'emit'],
    ['duplicate keys', '{"verb":"list","verb":"get"}', 'emit'],
    ['__proto__', '{"verb":"get","__proto__":{"auditID":"x"},"user":{"__proto__":{}}}', 'emit'],
    ['huge numbers', '{"verb":"get","responseStatus":{"code":1e400},"auditID":123e30}', 'emit'],
    ['NUL', '{"verb":"g\\u0000t"}', 'emit'],
    ['lone surrogates', '{"verb":"\\ud800"}', 'emit'],
  ])('%s', (_, body, kind) => {
    expect(summary(body)).toStrictEqual([kind]);
  });

  it('as a bad item 100,000 levels deep beside a good one', () => {
    const [bad, good] = summary(`[${deep},${item}]`);
    expect(bad).toMatch(/^reject unreadable_item 0: \[{1000}/);
    expect(good).toBe('emit');
    expect(summary(`{"\\u0069tems":[${deep},${item}]}`)).toHaveLength(2);
  });

  it('replaces invalid UTF-8, as the API server does', () => {
    const body = Buffer.concat([
      Buffer.from('{"verb":"get","userAgent":"a'),
      Buffer.from([0xff, 0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    expect(eventsOf(body)[0]?.document.toString('utf8')).toContain('"original":"a\ufffd\ufffd("');
  });

  it('an item of 11 MB', () => {
    const padding = 'x'.repeat(11_000_000);
    const body = JSON.stringify({ ...LINE, responseObject: { data: padding } });
    const [event] = eventsOf(body);
    expect(event?.document.length).toBeLessThan(10_000);
  });
});
