/**
 * Owns: `jevt.*` and `json.*`, the audit event as JSON, of which our documents keep all parts under
 * other names (RFC 6901; plugins/json). Annotations lost the dots of their keys, bodies stand apart.
 */
import type { EventDocument, FieldPath } from '../../expression.ts';
import { type Body, bodyPaths, readBody } from './body.ts';
import { type FalcoField, valueAt } from './field.ts';
import { get, getAll, textOfJson } from './json.ts';

const AUDIT: FieldPath = ['kubernetes', 'audit'];

/** Members of the event that are one text or number in every document, by their parent. */
const SCALARS: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['apiVersion', 'kind', 'level', 'auditID', 'stage', 'verb', 'requestURI', 'userAgent'],
    ...['requestReceivedTimestamp', 'stageTimestamp'],
  ],
  user: ['username', 'uid'],
  impersonatedUser: ['username', 'uid'],
  objectRef: [
    ...['resource', 'namespace', 'name', 'uid', 'apiGroup', 'apiVersion', 'resourceVersion'],
    'subresource',
  ],
  responseStatus: ['code', 'status', 'reason', 'message'],
};

/** The slash at the beginning may be missing. */
function keysOf(pointer: string): readonly string[] {
  const path = pointer.startsWith('/') ? pointer.slice(1) : pointer;
  return path.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function scalarPath(keys: readonly string[]): FieldPath | undefined {
  const [first = '', second = ''] = keys;
  if (keys.length === 2 && first === 'annotations') {
    return [...AUDIT, first, second.replaceAll('.', '_')];
  }
  const [parent, key] = keys.length === 1 ? ['', first] : [first, second];
  const isScalar = keys.length <= 2 && Object.hasOwn(SCALARS, parent);
  return isScalar && SCALARS[parent]?.includes(key) === true ? [...AUDIT, ...keys] : undefined;
}

/** What is at a pointer: a text as it is, all else as JSON. */
export function pointerField(pointer: string): FalcoField {
  const keys = keysOf(pointer);
  const path = scalarPath(keys);
  if (path !== undefined) return textField({ kind: 'path', paths: [path] });
  const [first = '', ...rest] = keys;
  const names = rest.filter((key) => !/^\d+$/.test(key));
  return textField({
    ...{ kind: 'computed', key: `falco jevt.value ${JSON.stringify(keys)}` },
    from: isBody(first) ? bodyPaths(first, names) : [[...AUDIT, first]],
    read: (document) => {
      const value = memberOf(document, first, rest);
      return value === undefined ? undefined : [textOfJson(value)];
    },
  });
}

/** The whole event, indented by two blanks. */
export function objectField(): FalcoField {
  return textField({
    ...{ kind: 'computed', key: 'falco jevt.obj', from: [AUDIT] },
    read: (document) => {
      const audit = valueAt(document, AUDIT);
      if (typeof audit !== 'object' || audit === null) return undefined;
      const bodies = (['requestObject', 'responseObject'] as const).flatMap((body) => {
        const value = memberOf(document, body, []);
        return value === undefined ? [] : [[body, value] as const];
      });
      return [JSON.stringify({ ...audit, ...Object.fromEntries(bodies) }, null, 2)];
    },
  });
}

function textField(field: FalcoField['field']): FalcoField {
  return { field, isList: false, type: 'text', needsAuditId: false };
}

function isBody(key: string): key is Body {
  return key === 'requestObject' || key === 'responseObject';
}

function memberOf(document: EventDocument, first: string, rest: readonly string[]): unknown {
  if (isBody(first)) return readBody(document, first, (root) => getAll(root, rest));
  const member = get(valueAt(document, AUDIT), first);
  const [second, key, ...below] = rest;
  if (second === 'extra' && key !== undefined) {
    const extra = get(member, second);
    // The normalizer renames what would break a path (map/audit-fields.ts).
    return getAll(get(extra, key) ?? get(extra, `_${key.replaceAll('.', '_')}`), below);
  }
  return getAll(member, rest);
}
