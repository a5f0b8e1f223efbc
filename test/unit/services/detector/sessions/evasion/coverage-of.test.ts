import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../../../../../services/detector/sessions/evasion/coverage-of.ts';
import { evasionsOf } from '../../../../../../services/detector/sessions/evasion/evasions-of.ts';
import {
  COVERAGE,
  type CoverageCode,
  type SessionView,
} from '../../../../../../services/detector/sessions/model.ts';
import type { CoverageFacts } from '../../../../../../services/detector/sessions/evasion/circumstances.ts';
import { command, request, view } from '../record/views.ts';
import { facts, marked, notMarked, omit, STARTED_MS, unmarked } from './around.ts';

const TOLD = [marked(0, 'bash', '/usr/bin/crun'), marked(1, 'ls')];
const told = view({ commands: TOLD });
const LATE = command({ pid: 2000, timeMs: STARTED_MS + 900_000, outlived: true });

/** For each code a session of which it holds, alone but for those named. */
const HOLDS: Readonly<
  Record<CoverageCode, readonly [SessionView, Partial<CoverageFacts>?, ...CoverageCode[]]>
> = {
  webhook_failed_open: [notMarked({ commands: TOLD }, { marking: 'failed_open' })],
  mark_not_set: [notMarked({ commands: TOLD }), { marksInUse: false }],
  mark_named_by_user: [notMarked({ commands: TOLD }, { namesMark: true })],
  mark_stripped: [view({ commands: [...TOLD, unmarked(5, 'rm'), unmarked(9, 'sync')] })],
  mark_of_other_pod: [told, { markElsewhere: true }],
  no_telemetry: [view(), { nodeReported: 'no' }],
  node_not_known: [{ ...told, place: omit(told.place, 'node') }],
  attach_is_blind: [view({ kind: 'attach' })],
  port_forward_is_blind: [view({ kind: 'port-forward' })],
  copy_is_blind: [view({ kind: 'cp', commands: TOLD })],
  node_proxy: [view({ kind: 'node-proxy' })],
  privileged_container: [told, { privileged: true }],
  unconfined_container: [view({ commands: TOLD, request: request({ unconfined: true }) })],
  other_session_in_pod: [told, { othersInPod: true }],
  process_outlived: [view({ commands: [...TOLD, LATE] })],
  creator_not_seen: [told, { creatorMissing: true }],
  answer_not_seen: [view({ commands: TOLD, request: request({ state: 'asked' }) })],
  end_not_seen: [view({ commands: TOLD, endedBy: 'age' })],
  event_incomplete: [view({ commands: TOLD, request: request({ partial: true }) })],
  commands_not_listed: [view({ commands: TOLD, commandCount: 3 })],
};

describe('coverage', () => {
  it('of a session of which all is known is empty', () => {
    expect(coverageOf(told, facts())).toEqual([]);
  });

  it.each(COVERAGE)('%s holds where it should, and alone', (code) => {
    const [session, changes] = HOLDS[code];
    expect(coverageOf(session, facts(changes))).toEqual([code]);
  });

  it('has several codes in the order of the list', () => {
    const session = notMarked({ kind: 'cp' }, { partial: true });
    const codes = coverageOf(session, facts({ privileged: true }));
    expect(codes).toEqual([
      ...['mark_not_set', 'no_telemetry', 'copy_is_blind', 'privileged_container'],
      'event_incomplete',
    ]);
  });

  it.each([
    ['an open session', omit(view(), 'endedMs')],
    ['a session that lines may still come of', view()],
  ])('says nothing of telemetry for %s', (_, session) => {
    expect(coverageOf(session, facts({ settledUntilMs: 0 }))).toEqual([]);
  });

  it('says that a request which was refused has no mark to set', () => {
    const refused = notMarked({}, { state: 'refused', code: 403 });
    expect(coverageOf(refused, facts())).toEqual([]);
  });

  it('says that an end was not seen where the pod was deleted, but for what ends so', () => {
    const gone = view({ commands: TOLD, endedBy: 'pod_deleted' });
    expect(coverageOf(gone, facts())).toEqual(['end_not_seen']);
    expect(coverageOf({ ...gone, kind: 'debug-node' }, facts())).toEqual([]);
  });

  it('agrees with the findings', () => {
    const codes = {
      session_mark_stripped: 'mark_stripped',
      session_without_telemetry: 'no_telemetry',
      session_mark_not_set: 'mark_not_set',
      session_outlived: 'process_outlived',
    } as const;
    for (const [session, changes] of Object.values(HOLDS)) {
      const all = facts(changes);
      const rules = evasionsOf(session, all).map(({ rule }) => String(rule));
      const covered = coverageOf(session, all);
      for (const [rule, code] of Object.entries(codes)) {
        if (rules.includes(rule)) expect(covered, rule).toContain(code);
      }
    }
  });
});
