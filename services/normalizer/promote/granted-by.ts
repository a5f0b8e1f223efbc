/**
 * Owns: which binding allowed a request, out of `authorization.k8s.io/reason`, as the RBAC authorizer
 * writes it (plugin/pkg/auth/authorizer/rbac): kinds are its own words, names are Go-quoted, so that
 * what a client chose as a name can't be taken for the words around it.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { short } from './lists.ts';

const ALLOWED_BY = ': allowed by ';
const BINDINGS = ['ClusterRoleBinding', 'RoleBinding'];
const ROLES = ['ClusterRole', 'Role'];
const SUBJECTS = ['Group', 'User', 'ServiceAccount'];

interface Name {
  readonly kind: string;
  readonly name: string;
  /** Where the text goes on. */
  readonly end: number;
}

const ESCAPE = /\\(?:x[0-9a-f]{2}|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gs;
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ...([['a', '\u0007'] as const, ['b', '\b'] as const, ['f', '\f'] as const] as const),
  ...([['n', '\n'] as const, ['r', '\r'] as const, ['t', '\t'] as const] as const),
  ['v', '\v'] as const,
]);

/** As strconv.Quote escapes; single bytes stand for what was no UTF-8. */
function unquote(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_, short4?: string, long8?: string, single?: string): string => {
    const code = Number.parseInt(short4 ?? long8 ?? 'fffd', 16);
    if (single !== undefined) return CONTROLS.get(single) ?? single;
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

/** Where the quote that ends a name stands; -1: nowhere. Linear, whatever stands in the name. */
function endOfQuoted(text: string, from: number): number {
  let quote = text.indexOf('"', from);
  let backslash = text.indexOf('\\', from);
  while (backslash >= 0 && backslash < quote) {
    const next = backslash + 2;
    if (next > quote) quote = text.indexOf('"', next);
    backslash = text.indexOf('\\', next);
  }
  return quote;
}

/** `Kind "name"`, with one of these kinds. */
function nameAt(text: string, at: number, kinds: readonly string[]): Name | undefined {
  for (const kind of kinds) {
    if (!text.startsWith(kind, at)) continue;
    const from = at + kind.length;
    if (!text.startsWith(' "', from)) continue;
    const end = endOfQuoted(text, from + 2);
    return end < 0 ? undefined : { kind, name: unquote(text.slice(from + 2, end)), end: end + 1 };
  }
  return undefined;
}

/** `name/namespace`, as the authorizer writes what lies in a namespace. */
function apart(name: string): readonly [name: string, namespace: string | undefined] {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? [name, undefined] : [name.slice(0, slash), name.slice(slash + 1)];
}

function subjectOf({ kind, name }: Name): string {
  if (kind !== 'ServiceAccount') return name;
  const [account, namespace] = apart(name);
  return namespace === undefined ? account : `${namespace}/${account}`;
}

/** Undefined where another authorizer spoke, or none had to. Also EKS' access policies write so. */
export function grantedBy(reason: unknown): JsonObject | undefined {
  if (typeof reason !== 'string' || reason === '') return undefined;
  const start = reason.indexOf(ALLOWED_BY);
  const quote = reason.indexOf('"');
  if (start < 0 || quote < start) return undefined;
  const binding = nameAt(reason, start + ALLOWED_BY.length, BINDINGS);
  if (binding === undefined || !reason.startsWith(' of ', binding.end)) return undefined;
  const role = nameAt(reason, binding.end + 4, ROLES);
  if (role === undefined || !reason.startsWith(' to ', role.end)) return undefined;
  const subject = nameAt(reason, role.end + 4, SUBJECTS);
  if (subject === undefined || subject.end !== reason.length) return undefined;
  const authorizer = reason.slice(0, start);
  const isInNamespace = binding.kind === 'RoleBinding';
  const [name, namespace] = isInNamespace ? apart(binding.name) : [binding.name, undefined];
  return {
    // Of most clusters the only one: what goes without saying is not said with every event.
    authorizer: authorizer === 'RBAC' ? undefined : short(authorizer),
    binding_kind: binding.kind,
    binding: short(name),
    binding_namespace: short(namespace),
    role_kind: role.kind,
    role: short(role.name),
    subject_kind: subject.kind,
    subject: short(subjectOf(subject)),
  };
}
