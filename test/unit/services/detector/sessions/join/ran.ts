import type {
  AlertFact,
  LineFact,
} from '../../../../../../services/detector/sessions/facts/model.ts';

export const T = Date.UTC(2026, 10, 21, 12);
export const POD = { namespace: 'payments', pod: 'pay-0', container: 'app', node: 'n1' };

/** A probe that the runtime starts. */
export function lineFact(parts: Partial<LineFact> = {}): LineFact {
  return {
    ...{ kind: 'line', eventId: 'e', timeMs: T, isWholeSecond: true, place: POD },
    ...{ scope: 'container', executable: '/usr/bin/crun', commandLine: 'curl localhost:8080/up' },
    ...{ isSessionStart: false, partial: false, findings: [] },
    ...parts,
  };
}

export function alertFact(parts: Partial<AlertFact> = {}): AlertFact {
  return {
    ...{ kind: 'alert', eventId: 'a', timeMs: T, place: POD, rule: 'Read sensitive file' },
    ...{ commandLine: 'cat /etc/shadow', processName: 'cat', parentName: 'java' },
    ...{ partial: false, findings: [] },
    ...parts,
  };
}
