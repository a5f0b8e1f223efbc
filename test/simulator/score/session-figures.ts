/**
 * Owns: the figures of sessions: those that were and are told, by kind, and those that were not.
 */
import { KINDS } from '../model.ts';
import type { SessionRow } from '../truth/rows.ts';
import type { Claims } from './claims.ts';
import { counted, type ScoreFigure, Tally } from './figure.ts';
import type { OutSession, Output } from './output.ts';
import type { TruthIndex } from './truth-index.ts';

function nameOf({ argv, asked, id, kind, namespace, pod, user }: SessionRow): string {
  const at = new Date(Math.floor(asked[0] ?? 0)).toISOString();
  return `${id} ${kind} ${at} ${user} in ${namespace}/${pod}: ${argv.join(' ').slice(0, 60)}`;
}

function outName({ asked, kind, namespace, pod, user }: OutSession): string {
  const at = Number.isFinite(asked) ? new Date(asked).toISOString() : 'at no time';
  return `${kind} ${at} ${user} in ${namespace}/${pod}`;
}

function agrees(session: SessionRow, out: OutSession): boolean {
  const isUser = out.user === session.user || out.user === session.actsAs;
  return (
    isUser &&
    out.kind === session.kind &&
    out.pod === session.pod &&
    out.namespace === session.namespace
  );
}

export function sessionFigures(
  truth: TruthIndex,
  claims: Claims,
  output: Output,
): readonly ScoreFigure[] {
  const group = 'sessions';
  const expected = truth.sessions.filter(({ isSeen }) => isSeen);
  const byKind = KINDS.map((kind) => {
    const tally = new Tally();
    for (const session of expected) {
      if (session.kind === kind) tally.add(claims.found.has(session.id), () => nameOf(session));
    }
    return tally.share(group, `${kind}: found`, 1);
  });
  const right = new Tally();
  for (const session of expected) {
    const out = claims.found.get(session.id);
    if (out !== undefined)
      right.add(agrees(session, out), () => `${nameOf(session)}: told as ${outName(out)}`);
  }
  const states = new Map<string, number>();
  for (const { confidence } of output.sessions)
    states.set(confidence, (states.get(confidence) ?? 0) + 1);
  return [
    ...byKind.filter(({ of }) => of !== 0),
    right.share(group, 'kind, user and pod are right', 1),
    counted(group, 'told, but there was none', claims.extra.map(outName), 0),
    ...[...states].sort().map(([name, count]) => ({
      group,
      name: `confidence ${name}`,
      count,
      of: output.sessions.length,
      misses: [],
    })),
  ];
}
