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
import { AUDIT_NAMES } from './pipeline.ts';
import { PROCESS_FIELDS } from './taxonomy.ts';
import { wordsBelow } from './words.ts';

export interface Route {
  /** Empty: the rule is for events that never come here. */
  readonly kinds: readonly EventKind[];
  /** Undefined for a name that no such event has. */
  fieldOf(name: string): Field | undefined;
  /** What a name may begin with. */
  readonly names: readonly string[];
  /** What keywords are looked for in. */
  readonly words: Field;
  /** Names and values are those of audit events. */
  readonly isAudit: boolean;
}

const AUDIT: Route = {
  kinds: ['audit'],
  fieldOf: (name) => at(auditFieldPath(named(AUDIT_NAMES, name))),
  names: [...knownFieldNames(), ...Object.keys(AUDIT_NAMES)],
  words: wordsBelow([
    ['kubernetes', 'audit'],
    ['podwitness', 'request_object'],
    ['podwitness', 'response_object'],
  ]),
  isAudit: true,
};

/** What a sender said; not our own sentence, which has words of ours in it. */
const DOCUMENT_WORDS = wordsBelow(
  [
    ...['process', 'user', 'file', 'container', 'kubernetes', 'host', 'falco', 'url', 'user_agent'],
    ...['source', 'destination', 'network'],
  ].map((name) => [name]),
);

/** Commands, wherever they were seen: asked for by an exec, run on a node, in an alert. */
const COMMAND: Route = {
  kinds: ['audit', 'process', 'alert'],
  fieldOf: (name) => at(documentFieldPath(name)),
  names: documentFieldNames(),
  words: DOCUMENT_WORDS,
  isAudit: false,
};

const ALERT: Route = { ...COMMAND, kinds: ['alert'] };

/** The names of Sigma's taxonomy beside the document's own. */
const PROCESS: Route = {
  kinds: ['process', 'alert'],
  fieldOf: (name) => at(documentFieldPath(named(PROCESS_FIELDS, name))),
  names: [...documentFieldNames(), ...Object.keys(PROCESS_FIELDS)],
  words: DOCUMENT_WORDS,
  isAudit: false,
};

/** Names are the document's own keys, or paths of keys. */
const FOREIGN: Route = {
  kinds: [],
  fieldOf: (name) => ({
    kind: 'path',
    paths: name.includes('.') ? [name.split('.'), [name]] : [[name]],
  }),
  names: [],
  words: { kind: 'words', root: [] },
  isAudit: false,
};

function named(names: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(names, name) ? (names[name] ?? name) : name;
}

function at(path: readonly string[] | undefined): Field | undefined {
  return path === undefined ? undefined : fieldAt(path);
}

/** Whether events of the log source come here at all. */
export function isForUs(logsource: LogSource): boolean {
  return routeOf(logsource).kinds.length > 0;
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
