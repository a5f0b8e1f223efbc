/**
 * Owns: the request UID that joins a request with the commands it started, wherever it stands: an
 * audit event's annotations, the wrapper before a command, arguments that name it (domain.md §1.3).
 * Does not own: Falco's output fields (falco-fields.ts).
 */
import type { JsonObject } from '../read/leaf.ts';
import { text } from './fields.ts';
import { beginning } from './ingest.ts';

const MAX_UID_CHARS = 128;
const MAX_WEBHOOK_CHARS = 256;
/** What stands for a UID that is not known (KEP-6035). */
const UNKNOWN = 'unknown';
/** Kubernetes sets it itself (KEP-6035), and no annotation says it: it is the event's own auditID. */
const AUDIT_ID_KEY = 'KUBERNETES_EXEC_AUDIT_ID';

/** The UID as it is compared; undefined: there is none. */
export function uidIn(value: unknown): string | undefined {
  const uid = text(value);
  return uid === undefined || uid === '' || uid === UNKNOWN
    ? undefined
    : beginning(uid, MAX_UID_CHARS);
}

export interface Marked {
  readonly uid: string;
  /** The webhook that set it, as its configuration names it; undefined: no webhook did. */
  readonly by: string | undefined;
}

/** Names of webhooks are DNS names; shippers change dots in keys, and DNS names have no `_`. */
function webhookOf(key: string, name: string): string {
  const prefix = key.slice(0, -name.length - 1);
  return beginning(prefix.replaceAll('_', '.'), MAX_WEBHOOK_CHARS);
}

function findKey(annotations: JsonObject, name: string): string | undefined {
  let found: string | undefined;
  for (const key in annotations) {
    if (!key.endsWith(name) || key.charCodeAt(key.length - name.length - 1) !== 0x2f) continue;
    if (uidIn(annotations[key]) === undefined) continue;
    if (found === undefined || key < found) found = key;
  }
  return found;
}

/** `<webhook>/<name>` of the first of `names` that is there. */
export function markIn(
  annotations: JsonObject | undefined,
  names: readonly string[],
): Marked | undefined {
  if (annotations === undefined) return undefined;
  for (const name of names) {
    const key = findKey(annotations, name);
    const uid = key === undefined ? undefined : uidIn(annotations[key]);
    if (key !== undefined && uid !== undefined) return { uid, by: webhookOf(key, name) };
  }
  return undefined;
}

/** Of an exec whose auditID is what its commands are marked with. */
export function auditIdMark(
  auditId: string | undefined,
  names: readonly string[],
): Marked | undefined {
  const uid = names.includes(AUDIT_ID_KEY) ? uidIn(auditId) : undefined;
  return uid === undefined ? undefined : { uid, by: undefined };
}

export interface Unwrapped {
  readonly line: string;
  /** Undefined: there was no wrapper, or its value is none. */
  readonly uid: string | undefined;
}

const ENV = 'env ';
const VALUE = /^\S{1,128} /;

function valueAt(line: string, at: number, names: readonly string[]) {
  const name = names.find((each) => line.startsWith(`${each}=`, at));
  if (name === undefined) return undefined;
  const start = at + name.length + 1;
  const value = VALUE.exec(line.slice(start, start + MAX_UID_CHARS + 1))?.[0];
  return value === undefined ? undefined : { uid: value.slice(0, -1), end: start + value.length };
}

/**
 * A command without what a container runtime starts it with: the webhook put `env <name>=<uid>` before
 * it. Undefined: there is no wrapper.
 */
export function unwrap(line: string, names: readonly string[]): Unwrapped | undefined {
  if (!line.startsWith(ENV)) return undefined;
  const first = valueAt(line, ENV.length, names);
  if (first === undefined) return undefined;
  let { end } = first;
  for (let next = valueAt(line, end, names); next !== undefined; next = valueAt(line, end, names)) {
    ({ end } = next);
  }
  return { line: line.slice(end), uid: uidIn(first.uid) };
}

/** Whether a command names the variable, which keeps webhooks from setting it, or forges it. */
export function namesMark(argv: readonly string[], names: readonly string[]): boolean {
  return argv.some((arg) => names.some((name) => arg.includes(name)));
}

/** The arguments as they were asked for, where a webhook has put its wrapper before them. */
export function withoutWrapper(
  argv: readonly string[],
  names: readonly string[],
): readonly string[] {
  const isWrapped = argv[0] === 'env' && names.some((name) => argv[1]?.startsWith(`${name}=`));
  return isWrapped ? argv.slice(2) : argv;
}
