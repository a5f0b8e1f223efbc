/**
 * Owns: facts as records of audit.signals. Reading is total: what is not as it should be is a fault,
 * and never an exception.
 * Does not own: the shape of a fact (shape.ts).
 */
import type { Signal } from '../../../../schemas/generated/avro.ts';
import type { Fault } from '../../../../shared/errors/fault.ts';
import type { SessionFact } from './model.ts';
import { isFact } from './shape.ts';

const KIND = 'session';

/** All facts of a cluster have one key: what can belong together meets. */
export function encodeFact(cluster: string, fact: SessionFact): Signal {
  const body = Buffer.from(JSON.stringify(fact));
  return { kind: KIND, key: cluster, cluster, time: fact.timeMs, body };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined; // The one thing that can be wrong is that the text is no JSON.
  }
}

/**
 * Undefined: it is for another state machine. A fault has no `kind`; a `code` both may have.
 */
export function decodeFact(signal: Signal): SessionFact | Fault | undefined {
  if (signal.kind !== KIND) return undefined;
  const body = parse(signal.body);
  return isFact(body) ? body : { code: 'corrupt_record', message: 'Its body is no session fact' };
}
