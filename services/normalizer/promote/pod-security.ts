/**
 * Owns: what Pod Security Admission says of a pod, as fields: `podwitness.pod_security`. It is said
 * at every level of the audit policy, bodies or not.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { listed, note, short } from './lists.ts';

const MAX_CHARS = 16 * 1024;
const POLICY = 'violate PodSecurity "';
const REFUSED = ' is forbidden: violates PodSecurity "';

/** Where the texts between commas end: those in brackets and quotes are details of a check. */
function endsOf(list: string): readonly number[] {
  const ends: number[] = [];
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < list.length; at++) {
    const char = list[at];
    if (isQuoted && char === '\\') at++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) ends.push(at);
  }
  return [...ends, list.length];
}

/** The names of the checks, without what is said of them in brackets. */
function checksOf(list: string): readonly string[] | undefined {
  const checks = new Set<string>();
  let start = 0;
  for (const end of endsOf(list)) {
    const check = list.slice(start, end);
    const details = check.indexOf(' (');
    note(checks, (details < 0 ? check : check.slice(0, details)).trim());
    start = end + 1;
  }
  return listed(checks);
}

/** `restricted:latest": <checks>`, from behind the quote. */
function violated(text: string, from: number): JsonObject | undefined {
  const end = text.indexOf('": ', from);
  if (end < 0) return undefined;
  const list = text.slice(end + 3, end + 3 + MAX_CHARS);
  return { violated: short(text.slice(from, end)), violations: checksOf(list) };
}

/** Of the annotation audit-violations. */
export function violationsOf(text: string): JsonObject | undefined {
  const start = text.indexOf(POLICY);
  return start < 0 ? undefined : violated(text, start + POLICY.length);
}

/** Of the answer to a request that it refused. */
export function refusalOf(message: string): JsonObject | undefined {
  const start = message.indexOf(REFUSED);
  const parts = start < 0 ? undefined : violated(message, start + REFUSED.length);
  return parts === undefined ? undefined : { ...parts, refused: true };
}
