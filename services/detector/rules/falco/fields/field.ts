/**
 * Owns: what a field of Falco is to the conditions that use it, and reading one outside of the engine.
 */
import type { EventDocument, Field, FieldPath } from '../../expression.ts';
import type { FieldRef } from '../ast.ts';
import type { Texts } from '../transform.ts';

export interface FalcoField {
  readonly field: Field;
  /** Lists take `exists`, `in` and `intersects` alone. */
  readonly isList: boolean;
  readonly type: 'text' | 'number';
  /** Absent in an event without auditID (k8saudit, extract.go), which `field` itself does not see. */
  readonly needsAuditId: boolean;
}

export type Resolved =
  | { readonly ok: true; readonly field: FalcoField }
  | { readonly ok: false; readonly reason: string };

/** What a name and its argument mean in the events of one source. */
export type ResolveField = (ref: FieldRef) => Resolved;

export const AUDIT_ID: FieldPath = ['kubernetes', 'audit', 'auditID'];

export function readTexts(document: EventDocument, { field, needsAuditId }: FalcoField): Texts {
  if (needsAuditId && valueAt(document, AUDIT_ID) === undefined) return undefined;
  const items = field.kind === 'computed' ? field.read(document) : readPaths(document, field);
  const texts = items?.flatMap((item) => textOf(item) ?? []) ?? [];
  return texts.length === 0 ? undefined : texts;
}

function readPaths(document: EventDocument, field: Field): readonly unknown[] | undefined {
  const paths = field.kind === 'path' ? field.paths : [];
  const values = paths.map((path) => valueAt(document, path));
  const value = values.find((found) => found !== undefined);
  if (value === undefined) return undefined;
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

/** Through objects, by own keys only. */
export function valueAt(document: unknown, path: FieldPath): unknown {
  let node = document;
  for (const key of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as EventDocument)[key];
  }
  return node;
}

export function textOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  return typeof item === 'number' || typeof item === 'boolean' ? String(item) : undefined;
}
