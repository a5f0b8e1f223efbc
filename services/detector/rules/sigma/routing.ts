/**
 * Owns: log sources: which records a Sigma rule is for, and where its fields lie in their documents.
 * Does not own: the fields themselves (fields.ts).
 */
import type { Field } from '../expression.ts';
import { auditFieldPath, fieldAt } from '../fields.ts';
import type { EventKind } from '../model.ts';
import type { LogSource } from './model.ts';

export interface Route {
  /** Empty: the rule is for events that never come here. */
  readonly kinds: readonly EventKind[];
  /** Undefined for a name that no such event has. */
  fieldOf(name: string): Field | undefined;
  /** Below these, keywords are looked for. */
  readonly root: readonly string[];
}

function isForAudit(logsource: LogSource): boolean {
  const { category = 'application', product, service = 'audit' } = logsource;
  return product === 'kubernetes' && category === 'application' && service === 'audit';
}

const AUDIT: Route = {
  kinds: ['audit'],
  fieldOf(name) {
    const path = auditFieldPath(name);
    return path === undefined ? undefined : fieldAt(path);
  },
  root: ['kubernetes', 'audit'],
};

/** Names are the document's own keys. */
const FOREIGN: Route = {
  kinds: [],
  fieldOf: (name) => ({ kind: 'path', paths: [name.split('.')] }),
  root: [],
};

export function routeOf(logsource: LogSource): Route {
  return isForAudit(logsource) ? AUDIT : FOREIGN;
}
