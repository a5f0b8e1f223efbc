/**
 * Owns: which type each field of our documents is mapped to, read from the component templates.
 */
import type { Json, Templates } from './templates.ts';

export interface FieldType {
  readonly type: string;
  /** Longer texts are kept but not found through the index. */
  readonly ignoreAbove: number;
}

export type FieldTypes = ReadonlyMap<string, FieldType>;

/** By dotted path; objects have the type `object`. */
export function fieldTypes(templates: Templates): FieldTypes {
  const types = new Map<string, FieldType>();
  for (const component of templates.components.values()) {
    const template = component['template'] as { mappings?: Json } | undefined;
    collect(template?.mappings ?? {}, '', types);
  }
  return types;
}

function collect(mapping: Json, prefix: string, types: Map<string, FieldType>): void {
  const properties = (mapping['properties'] ?? {}) as Readonly<Record<string, Json>>;
  for (const [name, field] of Object.entries(properties)) {
    const path = `${prefix}${name}`;
    const { type = 'object', ignore_above: above = Number.POSITIVE_INFINITY } = field;
    types.set(path, { type: String(type), ignoreAbove: Number(above) });
    collect(field, `${path}.`, types);
  }
}

/** The field itself, or the flattened field that it is a key of. */
export function typeOf(types: FieldTypes, field: string): FieldType | undefined {
  const exact = types.get(field);
  if (exact !== undefined) return exact;
  for (let dot = field.lastIndexOf('.'); dot > 0; dot = field.lastIndexOf('.', dot - 1)) {
    const parent = types.get(field.slice(0, dot));
    if (parent !== undefined) return parent.type === 'flattened' ? parent : undefined;
  }
  return undefined;
}
