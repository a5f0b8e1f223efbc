/**
 * Owns: session views as an attacker would like them: texts of any characters and length, times and
 * numbers that are none, objects of any shape, lists of any length.
 */
import fc from 'fast-check';
import { SESSION_KINDS } from '../../../../../../services/detector/sessions/facts/model.ts';
import {
  CONFIDENCES,
  COVERAGE,
  type SessionView,
} from '../../../../../../services/detector/sessions/model.ts';
import { alert, command, finding, request, view } from './views.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    'a\udc00b',
    '\u202e',
    '__proto__',
    '{"a":1}',
    '\n\r\u2028',
  ),
  fc
    .tuple(fc.constantFrom('a', '\u0001', '"', 'é', '😀', '\udfff'), fc.nat(40_000))
    .map(([unit, length]) => unit.repeat(length)),
);
const ms = fc.oneof(
  fc.integer({ min: 0, max: 2_000_000_000_000 }),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 1e300, 8.64e15, 253_402_300_800_000, 0.5),
);
const count = fc.constantFrom(0, 1, Number.NaN, -5, 2 ** 60, 1.5, 4242);
const confidence = fc.constantFrom(...CONFIDENCES);
const json = fc.object({ maxDepth: 15, key: text, values: [text, ms, fc.boolean()], maxKeys: 6 });
const who = fc.dictionary(
  fc.constantFrom('user', 'source', 'podwitness', 'kubernetes', 'event', 'related', '@timestamp'),
  fc.oneof(json, text, fc.constant(null), fc.array(text)),
);
const texts = fc.array(text, { maxLength: 30 });
const place = fc.record(
  { namespace: text, pod: text, container: text, node: text },
  { requiredKeys: [] },
);
const lying = {
  ...{ eventId: text, timeMs: ms, confidence, others: texts, outlived: fc.boolean() },
  ...{ container: text, node: text, pid: count, commandLine: text, executable: text },
  ...{ requestUid: text, isWholeSecond: fc.boolean() },
};
const commands = fc.array(
  fc.record({ ...lying, userId: text, groupId: text, isSessionStart: fc.boolean() }).map(command),
  { maxLength: 60 },
);
const alerts = fc.array(
  fc.record({ ...lying, rule: text, priority: text, message: text }).map(alert),
  { maxLength: 60 },
);
const findings = fc.array(
  fc
    .record({ id: text, ruleId: text, ruleName: text, level: text, timeMs: ms, message: text })
    .map(finding),
  { maxLength: 60 },
);
const attachers = fc.array(
  fc.record({ session: text, userName: text, sourceIp: text, startedMs: ms, endedMs: ms }),
  { maxLength: 60 },
);
const requests = fc
  .record({
    ...{ userName: text, argv: texts, commandLine: text, requestUid: text, auditId: text },
    ...{ containers: texts, images: texts, ports: fc.array(count), who, context: who },
    ...{ code: count, partial: fc.boolean() },
  })
  .map(request);

/** As many as there may be of everything, each too long. */
export function hugeView(items: number): SessionView {
  const long = '\u0001'.repeat(5000);
  const each = <T>(make: (i: number) => T): readonly T[] =>
    Array.from({ length: items }, (_, i) => make(i));
  const wide = Object.fromEntries(each((i) => [`key-${i}`, long]));
  return view({
    place: { namespace: long, pod: long, container: long, node: long },
    request: request({
      argv: each(() => long),
      who: { user: { name: long, roles: each(() => long) }, source: wide },
      context: { kubernetes: { labels: wide }, podwitness: { pod: { images: each(() => long) } } },
      containers: each(() => long),
      images: each(() => long),
      ports: each((i) => i),
    }),
    eventIds: each((i) => `${long}${i}`),
    attachers: each((i) => ({ session: `${i}`, userName: long, startedMs: i })),
    commands: each((i) =>
      command({ eventId: `command-${i}`, commandLine: long, executable: long }),
    ),
    alerts: each(() => alert({ message: long, commandLine: long })),
    findings: each(() => finding({ message: long })),
  });
}

export const oddView: fc.Arbitrary<SessionView> = fc
  .record({
    ...{ kind: fc.constantFrom(...SESSION_KINDS), confidence, commands, alerts, findings },
    ...{ id: text, cluster: text, state: fc.constantFrom('open' as const, 'closed' as const) },
    ...{ coverage: fc.subarray([...COVERAGE]), requestedMs: ms, startedMs: ms, endedMs: ms },
    ...{ lastSeenMs: ms, request: requests, eventIds: texts, place, attachers },
  })
  .map(view);
