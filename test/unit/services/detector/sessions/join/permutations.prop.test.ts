import fc from 'fast-check';
import { expect, it } from 'vitest';
import type {
  Place,
  RequestFact,
  SessionFact,
} from '../../../../../../services/detector/sessions/facts/model.ts';
import type { SessionView } from '../../../../../../services/detector/sessions/model.ts';
import type { Course } from '../../../../shared/pipeline/keyed/fake-lane.ts';
import {
  alert,
  finding,
  line,
  live,
  MINUTE,
  offline,
  pod,
  request,
  T,
  type Told,
} from './stage-story.ts';

const PODS: readonly Place[] = [
  { namespace: 'payments', pod: 'pay-0', container: 'app' },
  { namespace: 'payments', pod: 'node-debugger-worker-1-abcde', container: 'debugger' },
];
const SESSIONS = ['s1', 's2', 's3'];
const second = fc.integer({ min: 0, max: 200 });
const place = fc.constantFrom(...PODS);
const whole = fc.boolean();

/** One session, whole or with stages missing. */
function sessionFacts(session: string) {
  return fc
    .record({
      place,
      from: second,
      lasts: fc.integer({ min: 0, max: 60 }),
      kind: fc.constantFrom('exec', 'exec', 'exec', 'attach', 'debug-node', 'ephemeral', 'cp'),
      isMarked: fc.boolean(),
      stages: fc.subarray(['asked', 'started', 'ended'] as const, { minLength: 1 }),
      refused: fc.option(fc.integer({ min: 0, max: 12 })),
      user: fc.constantFrom('alice', 'bob'),
      partial: fc.boolean(),
    })
    .map(({ from, isMarked, kind, lasts, partial, refused, stages, user, ...story }) => {
      const receivedMs = T + from * 1000;
      const isMade = kind === 'debug-node' || kind === 'ephemeral';
      const mark = isMarked ? { requestUid: `uid-${session}`, marking: 'marked' as const } : {};
      const all = { sessionKind: kind, place: story.place, userName: user, receivedMs } as const;
      const made = isMade ? { containers: ['debugger'], privileged: true } : {};
      const facts = stages.map((stage): RequestFact => {
        // What was cut off a large event may be who or what it was.
        const cut = partial ? { partial, argv: [] } : {};
        if (stage === 'asked') return request(session, 'asked', from, { ...all, ...cut });
        const answer = isMade ? 'changed' : stage;
        const at = stage === 'ended' && !isMade ? from + lasts : from;
        return request(session, answer, at, { ...all, ...mark, ...made, code: 101 });
      });
      if (refused === null) return facts;
      const tried = {
        ...{ ...all, receivedMs: receivedMs - refused * 1000, code: 400 },
        ...(partial ? { argv: [] } : {}),
      };
      return [...facts, request(`${session}-try`, 'refused', from - refused, tried)];
    });
}

const lines = fc
  .record({
    place,
    at: second,
    uid: fc.option(fc.constantFrom('uid-s1', 'uid-s2', 'uid-s3', 'uid-nobody')),
    command: fc.constantFrom('ls', 'bash', 'sh -c probe', 'cat /etc/passwd'),
    executable: fc.constantFrom('/usr/bin/runc', '/bin/bash', '/app/server'),
    isWholeSecond: whole,
    isOnNode: fc.boolean(),
    pid: fc.integer({ min: 1, max: 3 }),
    found: fc.boolean(),
    copies: fc.constantFrom(1, 1, 1, 2),
  })
  .map(({ at, command, copies, executable, found, isOnNode, isWholeSecond, pid, uid, ...story }) =>
    Array.from({ length: copies }, () => {
      const fact = line(at, command, {
        ...{ executable, isWholeSecond, pid },
        place: isOnNode ? { node: 'worker-1' } : { ...story.place, node: 'worker-1' },
        scope: isOnNode ? 'node' : 'container',
        ...(uid === null ? {} : { requestUid: uid }),
      });
      return { ...fact, findings: found ? [finding(`f-${fact.eventId}`)] : [] };
    }),
  );

const alerts = fc
  .record({ place, at: second, uid: fc.option(fc.constantFrom('uid-s1', 'uid-s2')) })
  .map(({ at, place: where, uid }) => {
    const fact = alert(at, 'Read sensitive file', {
      place: where,
      ...(uid === null ? {} : { requestUid: uid }),
    });
    return [{ ...fact, findings: [finding(`f-${fact.eventId}`)] }];
  });

const pods = fc
  .record({
    place,
    at: second,
    change: fc.constantFrom('created', 'deleted', 'bound'),
    risk: whole,
  })
  .map(({ at, change, place: { namespace, pod: name }, risk }) => [
    pod(at, change, {
      place: {
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { pod: name }),
        ...(change === 'bound' ? { node: 'worker-1' } : {}),
      },
      privileged: risk,
    }),
  ]);

/** Some facts, and an order of them in which some come twice. */
const stories = fc
  .tuple(
    fc.tuple(...SESSIONS.map(sessionFacts)),
    fc.array(fc.oneof({ weight: 5, arbitrary: lines }, alerts, pods), { maxLength: 14 }),
  )
  .map(([sessions, others]): readonly SessionFact[] => [...sessions.flat(), ...others.flat()])
  .chain((facts) =>
    fc.record({
      facts: fc.constant(facts),
      shuffled: fc
        .tuple(
          fc.shuffledSubarray([...facts], { minLength: facts.length, maxLength: facts.length }),
          fc.subarray([...facts], { maxLength: 3 }),
        )
        .map(([all, again]) => [...all, ...again]),
    }),
  );

const courses = fc.record<Course>({
  sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
  ends: fc.array(fc.constantFrom('commit', 'commit', 'commit', 'crash', 'lose', 'again'), {
    minLength: 1,
    maxLength: 6,
  }),
  failures: fc.array(fc.boolean(), { maxLength: 20 }),
});

/** What has to be the same: the last of each session but its revision, and what was told once. */
function gist({ evasions, held, sessions }: Told) {
  const bare = Object.entries(sessions).map(
    ([id, view]): [string, Omit<SessionView, 'revision'>] => {
      const { revision: _, ...rest } = view;
      return [id, rest];
    },
  );
  return {
    sessions: Object.fromEntries(bare),
    evasions: evasions.map(({ key, rule }) => `${rule} ${key}`).sort(),
    held: held.map(({ finding: { id } }) => id).sort(),
  };
}

/**
 * Long enough for all that is waited for, and not so long that sessions are too old. More ticks than
 * a batch has room for: what the end of a batch waits for a later one brings.
 */
const PASSING = Array.from({ length: 30 }, (_, i) => 200 + ((i + 1) * 4 * MINUTE) / 1000);

it('gives the same sessions, evasions and findings in any order', () => {
  fc.assert(
    fc.property(stories, ({ facts, shuffled }) => {
      expect(gist(offline(shuffled))).toEqual(gist(offline(facts)));
    }),
    { numRuns: 300 },
  );
});

it('gives the same live, in any order and batches, through crashes, with hardly any memory', async () => {
  await fc.assert(
    fc.asyncProperty(
      stories,
      courses,
      fc.constantFrom(1, 1_000_000),
      async (story, course, cacheBytes) => {
        const { facts, shuffled } = story;
        // Half a minute passes while they come: nothing is told for good by then that may change.
        const coming = shuffled.flatMap((fact, i) => [fact, (30 * i) / shuffled.length]);
        const told = await live([...coming, ...PASSING], course, { cacheBytes });
        expect(gist(told)).toEqual(gist(offline(facts)));
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
