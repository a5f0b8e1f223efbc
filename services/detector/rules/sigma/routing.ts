/**
 * Owns: log sources: which records a Sigma rule is for, and where its fields lie in their documents.
 * Does not own: the fields themselves (fields.ts, taxonomy.ts).
 */
import type { Field } from '../expression.ts';
import {
  auditFieldPath,
  documentFieldNames,
  documentFieldPath,
  fieldAt,
  knownFieldNames,
} from '../fields.ts';
import type { EventKind } from '../model.ts';
import type { LogSource } from './model.ts';
import { PROCESS_FIELDS } from './taxonomy.ts';

export interface Route {
  /** Empty: the rule is for events that never come here. */
  readonly kinds: readonly EventKind[];
  /** Undefined for a name that no such event has. */
  fieldOf(name: string): Field | undefined;
  /** What a name may begin with. */
  readonly names: readonly string[];
  /** Below these, keywords are looked for. */
  readonly root: readonly string[];
}

const AUDIT: Route = {
  kinds: ['audit'],
  fieldOf: (name) => at(auditFieldPath(name)),
  names: knownFieldNames(),
  root: ['kubernetes', 'audit'],
};

/** Commands, wherever they were seen: asked for by an exec, run on a node, in an alert. */
const COMMAND: Route = {
  kinds: ['audit', 'process', 'alert'],
  fieldOf: (name) => at(documentFieldPath(name)),
  names: documentFieldNames(),
  root: [],
};

const ALERT: Route = { ...COMMAND, kinds: ['alert'] };

/** The names of Sigma's taxonomy beside the document's own. */
const PROCESS: Route = {
  kinds: ['process', 'alert'],
  fieldOf(name) {
    const path = Object.hasOwn(PROCESS_FIELDS, name) ? PROCESS_FIELDS[name] : undefined;
    return at(documentFieldPath(path ?? name));
  },
  names: [...documentFieldNames(), ...Object.keys(PROCESS_FIELDS)],
  root: [],
};

/** Names are the document's own keys. */
const FOREIGN: Route = {
  kinds: [],
  fieldOf: (name) => ({ kind: 'path', paths: [name.split('.')] }),
  names: [],
  root: [],
};

function at(path: readonly string[] | undefined): Field | undefined {
  return path === undefined ? undefined : fieldAt(path);
}

export function routeOf(logsource: LogSource): Route {
  const { category, product, service } = logsource;
  switch (product) {
    case 'kubernetes': {
      const isAudit = category === undefined || category === 'application';
      return isAudit && (service === undefined || service === 'audit') ? AUDIT : FOREIGN;
    }
    case 'podwitness':
      return category === 'command' && service === undefined ? COMMAND : FOREIGN;
    case 'linux':
      return category === 'process_creation' && service === undefined ? PROCESS : FOREIGN;
    case 'falco':
      return category === undefined && service === undefined ? ALERT : FOREIGN;
    default:
      return FOREIGN;
  }
}
