/**
 * Owns: what podwitness claims, put beside the truth: each command and alert of each session, and
 * which true session a session of podwitness is.
 */
import type { AlertRow, LineRow, SessionRow } from '../truth/rows.ts';
import type { OutLying, Output, OutSession } from './output.ts';
import type { TruthIndex } from './truth-index.ts';

export interface Claim {
  readonly out: OutSession;
  /** The true session that `out` is; absent: none. */
  readonly session?: SessionRow;
  readonly lying: OutLying;
  /** What it really is; absent: nothing such came. */
  readonly truth?: LineRow | AlertRow;
  readonly isRight: boolean;
}

export interface Claims {
  readonly commands: readonly Claim[];
  readonly alerts: readonly Claim[];
  /** Claims on a line or alert, by its id. */
  readonly byTruth: ReadonlyMap<string, readonly Claim[]>;
  /** The first session of podwitness that is this one. */
  readonly found: ReadonlyMap<string, OutSession>;
  /** Sessions that were not, or were told already. */
  readonly extra: readonly OutSession[];
  readonly sessionOf: ReadonlyMap<string, SessionRow>;
}

interface Matched {
  readonly found: Map<string, OutSession>;
  readonly sessionOf: Map<string, SessionRow>;
  readonly extra: OutSession[];
}

function matched(truth: TruthIndex, output: Output): Matched {
  const found = new Map<string, OutSession>();
  const sessionOf = new Map<string, SessionRow>();
  const extra: OutSession[] = [];
  for (const out of output.sessions) {
    const own = truth.sessionOf(out);
    // An attach that is told as a session is one too many; what lies in it is somebody's all the same.
    const session = own ?? truth.attachedTo(out);
    if (own === undefined || session === undefined || found.has(session.id)) extra.push(out);
    else found.set(session.id, out);
    if (session !== undefined) sessionOf.set(out.id, session);
  }
  return { found, sessionOf, extra };
}

type Known = LineRow | AlertRow | undefined;

function claimOf(
  out: OutSession,
  session: SessionRow | undefined,
  lying: OutLying,
  truth: Known,
): Claim {
  return {
    ...{ out, lying },
    ...(session === undefined ? {} : { session }),
    ...(truth === undefined ? {} : { truth }),
    isRight: session !== undefined && truth !== undefined && truth.session === session.id,
  };
}

export function claimsOf(truth: TruthIndex, output: Output): Claims {
  const { extra, found, sessionOf } = matched(truth, output);
  const commands: Claim[] = [];
  const alerts: Claim[] = [];
  const byTruth = new Map<string, Claim[]>();
  const note = (claim: Claim): Claim => {
    const { truth: known } = claim;
    if (known === undefined) return claim;
    const key = known.row === 'line' ? (known.copyOf ?? known.id) : known.id;
    const list = byTruth.get(key);
    if (list === undefined) byTruth.set(key, [claim]);
    else list.push(claim);
    return claim;
  };
  for (const out of output.sessions) {
    const session = sessionOf.get(out.id);
    for (const command of out.commands) {
      const known = truth.groupOf(out.cluster, command)?.line;
      commands.push(note(claimOf(out, session, command, known)));
    }
    for (const alert of out.alerts) {
      alerts.push(note(claimOf(out, session, alert, truth.alertOf(out.cluster, alert))));
    }
  }
  return { commands, alerts, byTruth, found, extra, sessionOf };
}
