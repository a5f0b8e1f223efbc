import { describe, expect, it } from 'vitest';
import {
  type Around,
  attribute,
  type Evidence,
  type Span,
} from '../../../../../../services/detector/sessions/join/attribute.ts';

const T = Date.UTC(2026, 10, 21, 12);
const SECOND = 1000;
const TOLERANCE = { graceMs: 5 * SECOND, clockSkewMs: 2 * SECOND };
const POD = { namespace: 'payments', pod: 'pay-0', container: 'app' };
const UID = '866ee807-6843-44d3-b0bf-68efa0296aa7';

/** Alice's, marked, from T for a minute. */
function span(parts: Partial<Span> = {}): Span {
  return {
    ...{ session: 'alice', kind: 'exec', place: POD, requestUid: UID },
    ...{ fromMs: T, untilMs: T + 60 * SECOND },
    ...parts,
  };
}

function unmarked(parts: Partial<Span> = {}): Span {
  const { requestUid, ...rest } = span(parts);
  expect(requestUid).toBe(UID);
  return rest;
}

function line(parts: Partial<Evidence> = {}): Evidence {
  return {
    ...{ timeMs: T + 10 * SECOND, isWholeSecond: false, place: POD, scope: 'container' },
    ...parts,
  };
}

function marked(parts: Partial<Evidence> = {}): Evidence {
  return line({ requestUid: UID, ...parts });
}

function of(evidence: Evidence, around: Partial<Around>) {
  return attribute(evidence, { spans: [], isWorkloads: false, ...around }, TOLERANCE);
}

const NOTHING = { confidence: 'none', sessions: [], outlived: false, isUnmarked: false };

describe('a request UID whose session is known', () => {
  const owner = span();
  const byOwner = (evidence: Evidence, spans: readonly Span[] = [owner], whose = owner) =>
    of(evidence, { spans, owner: whose });

  it('is exact in its pod, container and time', () => {
    expect(byOwner(marked())).toEqual({ ...NOTHING, confidence: 'exact', sessions: ['alice'] });
  });

  it('is the owner’s, but not exact, while anybody else may have been in the pod', () => {
    for (const kind of ['exec', 'cp', 'attach', 'ephemeral', 'debug-pod', 'node-proxy'] as const) {
      const other = span({ session: 'mallory', kind, requestUid: 'other' });
      expect(byOwner(marked(), [owner, other])).toMatchObject({
        ...{ confidence: 'inferred', sessions: ['alice'], outlived: false },
      });
    }
    const forwarded = span({ session: 'bob', kind: 'port-forward' });
    expect(byOwner(marked(), [owner, forwarded]).confidence).toBe('exact');
  });

  it('looks for others as long as clocks and the grace allow, in whatever container', () => {
    const at = T + 30 * SECOND;
    const confidence = (other: Partial<Span>) =>
      byOwner(marked({ timeMs: at }), [owner, span({ session: 'other', ...other })]).confidence;
    expect(confidence({ fromMs: at + 2 * SECOND })).toBe('inferred');
    expect(confidence({ fromMs: at + 2 * SECOND + 1 })).toBe('exact');
    expect(confidence({ askedMs: at, fromMs: at + 9 * SECOND })).toBe('inferred');
    expect(confidence({ untilMs: at - 5 * SECOND })).toBe('inferred');
    expect(confidence({ untilMs: at - 5 * SECOND - 1 })).toBe('exact');
    expect(confidence({ place: { ...POD, container: 'sidecar' } })).toBe('inferred');
    expect(confidence({ place: { ...POD, pod: 'pay-1' } })).toBe('exact');
    expect(confidence({ fromMs: Number.NaN })).toBe('inferred');
  });

  it('counts from the receipt of the request, less the skew, to the end and the grace', () => {
    const asked = span({ askedMs: T - 3 * SECOND });
    const at = (timeMs: number, isWholeSecond = false) =>
      byOwner(marked({ timeMs, isWholeSecond }), [asked], asked);
    expect(at(T - 5 * SECOND).confidence).toBe('exact');
    expect(at(T - 5 * SECOND - 1)).toMatchObject({
      ...{ confidence: 'conflict', conflict: 'before_start', sessions: ['alice'] },
    });
    expect(at(T - 5 * SECOND - 999, true).confidence).toBe('exact');
    expect(at(T - 5 * SECOND - 1000, true).conflict).toBe('before_start');
    expect(at(T + 65 * SECOND)).toMatchObject({ confidence: 'exact', outlived: false });
    expect(at(T + 65 * SECOND + 1)).toMatchObject({
      ...{ confidence: 'inferred', outlived: true, sessions: ['alice'] },
    });
  });

  it('is of an open session whenever it comes', () => {
    const { untilMs, ...open } = owner;
    expect(untilMs).toBeDefined();
    expect(byOwner(marked({ timeMs: T + 1e9 }), [open], open).confidence).toBe('exact');
  });

  it('contradicts another pod: it may be of who is there, not of the owner', () => {
    const place = { ...POD, pod: 'pay-1' };
    const mallory = span({ session: 'mallory', place, requestUid: 'm' });
    expect(byOwner(marked({ place }), [mallory])).toEqual({
      ...{ ...NOTHING, confidence: 'conflict', sessions: ['mallory'], conflict: 'other_pod' },
    });
    expect(byOwner(marked({ place }), [])).toMatchObject({ confidence: 'conflict', sessions: [] });
    const namespace = { ...POD, namespace: 'other' };
    expect(byOwner(marked({ place: namespace }), []).conflict).toBe('other_pod');
  });

  it('contradicts another container: of the owner, or of who is in that one', () => {
    const place = { ...POD, container: 'sidecar' };
    const zed = span({ session: 'zed', place });
    const aaron = span({ session: 'aaron', place });
    expect(byOwner(marked({ place }), [owner, zed, aaron])).toMatchObject({
      ...{ confidence: 'conflict', conflict: 'other_container' },
      sessions: ['alice', 'aaron', 'zed'],
    });
  });

  it('takes a container that is not known on a side for the same', () => {
    const { container, ...place } = POD;
    expect(container).toBe('app');
    expect(byOwner(marked({ place })).confidence).toBe('exact');
    const somewhere = span({ place });
    expect(byOwner(marked(), [somewhere], somewhere).confidence).toBe('exact');
  });

  it('goes by the containers that a debug session made, not by the one it looks at', () => {
    const debug = span({ kind: 'ephemeral', containers: ['debugger-x'] });
    const inside = marked({ place: { ...POD, container: 'debugger-x' } });
    expect(byOwner(inside, [debug], debug).confidence).toBe('exact');
    expect(byOwner(marked(), [debug], debug).conflict).toBe('other_container');
  });

  it('is no more than inferred where the pod can’t be compared, or lies on another node', () => {
    const made = span({ kind: 'debug-pod', place: { namespace: 'payments' } });
    expect(byOwner(marked(), [], made)).toMatchObject({
      ...{ confidence: 'inferred', sessions: ['alice'] },
    });
    const placed = span({ place: { ...POD, node: 'n1' } });
    const at = (node: string) => byOwner(marked({ place: { ...POD, node } }), [placed], placed);
    expect(at('n1').confidence).toBe('exact');
    expect(at('n2')).toMatchObject({ confidence: 'inferred', sessions: ['alice'] });
  });

  it('is the owner’s where only the node is known', () => {
    const level = (node: string) => marked({ place: { node }, scope: 'node' });
    const there = span({ place: { ...POD, node: 'n1' } });
    expect(byOwner(level('n1'), [], owner)).toMatchObject({
      ...{ confidence: 'inferred', sessions: ['alice'] },
    });
    expect(byOwner(level('n1'), [], there).confidence).toBe('inferred');
    expect(byOwner(level('n2'), [], there)).toMatchObject({
      ...{ confidence: 'conflict', conflict: 'other_pod', sessions: [] },
    });
    const debug = span({ kind: 'debug-node', place: { namespace: 'd', pod: 'nd', node: 'n1' } });
    expect(byOwner(level('n1'), [debug], debug).confidence).toBe('exact');
    const second = { ...debug, session: 'bob' };
    expect(byOwner(level('n1'), [debug, second], debug).confidence).toBe('inferred');
  });
});

describe('a request UID whose session is not known', () => {
  it('is made up where the one session there has another', () => {
    expect(of(marked({ requestUid: 'x' }), { spans: [span()] })).toEqual({
      ...{ ...NOTHING, confidence: 'conflict', sessions: ['alice'], conflict: 'unknown_mark' },
    });
  });

  it('is of the one session there that has none', () => {
    expect(of(marked(), { spans: [unmarked()] })).toMatchObject({
      ...{ confidence: 'inferred', sessions: ['alice'] },
    });
  });

  it('is of one of several, or of none', () => {
    const spans = [unmarked({ session: 'bob' }), span()];
    expect(of(marked({ requestUid: 'x' }), { spans })).toMatchObject({
      ...{ confidence: 'ambiguous', sessions: ['alice', 'bob'] },
    });
    expect(of(marked(), {})).toEqual(NOTHING);
  });

  it('is never what the workload runs by itself', () => {
    const around = { spans: [unmarked()], isWorkloads: true };
    expect(of(marked(), around).confidence).toBe('inferred');
  });
});

describe('a command without a request UID', () => {
  it('is of the one session that was open there', () => {
    expect(of(line(), { spans: [unmarked()] })).toEqual({
      ...{ ...NOTHING, confidence: 'inferred', sessions: ['alice'] },
    });
    expect(of(line(), { spans: [span()] }).isUnmarked).toBe(true);
    expect(of(line({ requestUid: '' }), { spans: [span()] }).isUnmarked).toBe(true);
  });

  it('is of one of several, all told', () => {
    const spans = [span({ session: 'b' }), span({ session: 'a' }), span({ session: 'a' })];
    expect(of(line(), { spans })).toEqual({
      ...{ ...NOTHING, confidence: 'ambiguous', sessions: ['a', 'b'] },
    });
  });

  it('is the workload’s where it runs such by itself', () => {
    expect(of(line(), { spans: [span()], isWorkloads: true })).toEqual(NOTHING);
  });

  it('is in time from its request to a second after the end, and no skew is granted', () => {
    const at = (timeMs: number, isWholeSecond = false) =>
      of(line({ timeMs, isWholeSecond }), {
        spans: [span({ askedMs: T, fromMs: T + 10 })],
      }).confidence;
    expect(at(T - 1)).toBe('none');
    expect(at(T)).toBe('inferred');
    expect(at(T - 999, true)).toBe('inferred');
    expect(at(T - 1000, true)).toBe('none');
    expect(at(T + 61 * SECOND)).toBe('inferred');
    expect(at(T + 61 * SECOND + 1)).toBe('none');
  });

  it('is of a session without an end, and of one whose end has an earlier clock', () => {
    const { untilMs, ...open } = span();
    expect(untilMs).toBeDefined();
    expect(of(line({ timeMs: T + 1e9 }), { spans: [open] }).confidence).toBe('inferred');
    const turned = span({ untilMs: T - SECOND });
    expect(of(line({ timeMs: T }), { spans: [turned] }).confidence).toBe('inferred');
  });

  it('is in no forwarded port, and in no other pod or container', () => {
    const spans = [
      span({ kind: 'port-forward' }),
      span({ place: { ...POD, container: 'sidecar' } }),
      span({ place: { ...POD, pod: 'pay-1' } }),
      span({ place: { ...POD, namespace: 'other' } }),
      span({ place: { namespace: 'payments' } }),
      span({ kind: 'debug-pod', containers: ['debugger'] }),
    ];
    expect(of(line(), { spans })).toEqual(NOTHING);
  });

  it('may be in what somebody attached to', () => {
    const attach = unmarked({ kind: 'attach' });
    expect(of(line(), { spans: [attach] }).confidence).toBe('inferred');
  });

  it('is unmarked only where the container was marked: of a debug pod the first', () => {
    const debug = span({ kind: 'debug-pod', containers: ['app', 'debugger'] });
    const inContainer = (container: string) =>
      of(line({ place: { ...POD, container } }), { spans: [debug] }).isUnmarked;
    expect(inContainer('app')).toBe(true);
    expect(inContainer('debugger')).toBe(false);
  });

  it('without a pod is of who debugs the node', () => {
    const node = (name: string, session = 'alice') =>
      span({ kind: 'debug-node', session, place: { namespace: 'd', pod: 'nd', node: name } });
    const level = line({ place: { node: 'n1' }, scope: 'node' });
    expect(of(level, { spans: [node('n1')] })).toEqual({
      ...{ ...NOTHING, confidence: 'inferred', sessions: ['alice'] },
    });
    expect(of(level, { spans: [node('n1'), node('n1', 'bob')] }).confidence).toBe('ambiguous');
    expect(of(level, { spans: [node('n2'), span({ place: { node: 'n1' } })] })).toEqual(NOTHING);
  });
});

describe('what is not known, or absurd', () => {
  it('is never sure', () => {
    const owner = span();
    for (const timeMs of [Number.NaN, Infinity, -Infinity]) {
      expect(of(marked({ timeMs }), { spans: [owner], owner }).confidence).not.toBe('exact');
      expect(of(line({ timeMs }), { spans: [owner] })).toEqual(NOTHING);
    }
    const timeless = span({ fromMs: Number.NaN });
    expect(of(marked(), { spans: [timeless], owner: timeless })).toMatchObject({
      ...{ confidence: 'inferred', sessions: ['alice'], outlived: false },
    });
  });

  it('has no command where the enricher told an earlier process’s', () => {
    expect(of(marked({ isStale: true }), { spans: [span()], owner: span() })).toEqual(NOTHING);
  });
});
