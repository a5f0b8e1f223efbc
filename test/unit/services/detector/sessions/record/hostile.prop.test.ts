import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionDocument } from '../../../../../../services/detector/sessions/record/document.ts';
import { sessionRecord } from '../../../../../../services/detector/sessions/record/record-of.ts';
import { documentProblem } from '../../../../../../shared/domain/document-limits.ts';
import { valuesAt } from '../../../../../../shared/domain/field-path.ts';
import { codecOf } from '../../../../../../shared/runtime/stage-worker.ts';
import { hugeView, oddView } from './odd-views.ts';
import { command, request, view } from './views.ts';

const MAX_BYTES = 1_000_000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const codec = codecOf('audit.sessions');

const TIMES = [
  ...['@timestamp', 'event.start', 'event.end'],
  ...['requested_at', 'started_at', 'ended_at', 'last_seen_at', 'commands.time', 'alerts.time']
    .concat(['findings.time', 'attachers.started_at', 'attachers.ended_at'])
    .map((name) => `podwitness.session.${name}`),
];

describe('whatever a view holds', () => {
  it('its record is one, of limited size, that stores take; the same again gives the same', () => {
    fc.assert(
      fc.property(oddView, (odd) => {
        const record = sessionRecord(odd, 'default');
        const { document } = record;
        expect(document.length).toBeLessThanOrEqual(MAX_BYTES);
        expect(documentProblem('id', document)).toBeUndefined();
        expect(sessionRecord(structuredClone(odd), 'default').document.equals(document)).toBe(true);
        expect(codec.decode(codec.encode(record)).ok).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('its times are dates, its message one line, and its own fields its own', () => {
    fc.assert(
      fc.property(oddView, (odd) => {
        const document: unknown = JSON.parse(String(sessionRecord(odd, 'default').document));
        for (const time of TIMES.flatMap((path) => valuesAt(document, path))) {
          expect(time).toMatch(ISO);
        }
        expect(valuesAt(document, '@timestamp')).toHaveLength(1);
        expect(valuesAt(document, 'event.dataset')).toStrictEqual(['podwitness.sessions']);
        expect(valuesAt(document, 'podwitness.session.kind')).toStrictEqual([odd.kind]);
        expect(String(valuesAt(document, 'message')[0])).not.toMatch(UNSAFE);
        expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a session that holds too much', () => {
  const document = sessionDocument(hugeView(3000), 'default');
  const session = (name: string) => valuesAt(document, `podwitness.session.${name}`);

  it('fills its document and says that something is missing', () => {
    const bytes = Buffer.byteLength(JSON.stringify(document));
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(bytes).toBeGreaterThan(MAX_BYTES * 0.9);
    expect(valuesAt(document, 'podwitness.partial')).toStrictEqual([true]);
    expect(session('coverage')).toStrictEqual(['commands_not_listed']);
  });

  it('keeps the first of everything, and counts all', () => {
    const listed = session('commands.event_id');
    expect(listed.length).toBeGreaterThan(5);
    expect(listed).toStrictEqual(listed.map((_, i) => `command-${i}`));
    for (const list of ['alerts', 'findings', 'attachers']) {
      expect(session(`${list}.${list === 'attachers' ? 'session' : 'message'}`)).not.toHaveLength(
        0,
      );
    }
    expect(session('command_count')).toStrictEqual([3000]);
    expect(valuesAt(document, 'user.name')).toHaveLength(1);
  });
});

it('lists two thousand commands of common length', () => {
  const commands = Array.from({ length: 2000 }, (_, i) => command({ eventId: `${i}`.repeat(7) }));
  const document = sessionDocument(view({ commands }), 'default');
  expect(valuesAt(document, 'podwitness.session.commands.pid')).toHaveLength(2000);
  expect(valuesAt(document, 'podwitness.partial')).toStrictEqual([]);
  expect(valuesAt(document, 'podwitness.session.coverage')).toStrictEqual([]);
});

it('says so where the stage has not listed all commands', () => {
  const document = sessionDocument(view({ commands: [command()], commandCount: 2 }), 'default');
  const coverage = valuesAt(document, 'podwitness.session.coverage');
  expect(coverage).toStrictEqual(['commands_not_listed']);
});

it('cuts a long command line between characters, and marks the document', () => {
  const commands = [command({ commandLine: '😀'.repeat(50_000) })];
  const document = sessionDocument(view({ commands }), 'default');
  const [line] = valuesAt(document, 'podwitness.session.commands.command_line');
  expect(String(line)).toMatch(/^(😀)+…$/u);
  expect(valuesAt(document, 'podwitness.partial')).toStrictEqual([true]);
});

it('says nothing that is not known', () => {
  const { auditId: _id, userName: _, ...rest } = request({ argv: [], who: {}, context: {} });
  const document = sessionDocument(view({ place: {}, request: rest }), 'default');
  expect(document['user']).toBeUndefined();
  expect(document['host']).toBeUndefined();
  expect(document['container']).toBeUndefined();
  expect(document['kubernetes']).toBeUndefined();
  expect(document['message']).toMatch(/^Someone ran a command in an unknown pod for 3 m 12 s: /);
});

it('does not let the request say what is the session’s own', () => {
  const who = {
    event: { id: 'x' },
    message: 'x',
    podwitness: { session: { kind: 'x' }, partial: true, finding: { id: 'x' }, team: 'pay' },
  };
  const document = sessionDocument(view({ request: request({ who }) }), 'default');
  expect(valuesAt(document, 'event.id')).toStrictEqual(['a-session']);
  expect(valuesAt(document, 'podwitness.session.kind')).toStrictEqual(['exec']);
  expect(valuesAt(document, 'podwitness.partial')).toStrictEqual([]);
  expect(valuesAt(document, 'podwitness.finding.id')).toStrictEqual([]);
  expect(valuesAt(document, 'podwitness.team')).toStrictEqual(['pay']);
});

it('keeps an object that nests too deep as far as it can be read', () => {
  let deep: unknown = 'x';
  for (let i = 0; i < 100_000; i++) deep = { a: deep };
  const who = { user: { name: 'alice', deep } };
  const { document } = sessionRecord(view({ request: request({ who }) }), 'default');
  expect(documentProblem('id', document)).toBeUndefined();
  expect(String(document)).toContain('"name":"alice"');
});
