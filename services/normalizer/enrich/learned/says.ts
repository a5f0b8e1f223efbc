/**
 * Owns: short texts out of bodies, for what is remembered.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { object, objects, text } from '../../map/fields.ts';
import { beginning } from '../../map/ingest.ts';
import type { Says } from './fact.ts';

const MAX_CHARS = 253;
const MAX_LIST = 64;

/** A name, or an image: what is longer is no real one. */
export function short(value: unknown): string | undefined {
  const found = text(value);
  return found === undefined || found === '' ? undefined : beginning(found, MAX_CHARS);
}

export function shorts(values: readonly (string | undefined)[]): readonly string[] {
  const found = values.filter((value) => value !== undefined);
  return found.slice(0, MAX_LIST).map((value) => beginning(value, MAX_CHARS));
}

/** Without what is not known. */
export function says(members: Readonly<Record<string, Says[string] | undefined>>): Says {
  const known: Record<string, Says[string]> = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) known[name] = value;
  }
  return known;
}

export function isEmpty(said: Says): boolean {
  for (const _ in said) return false;
  return true;
}

/** `ReplicaSet/web-7d4b9c6f5`: what manages the object. */
export function ownerOf(body: JsonObject | undefined): string | undefined {
  const owners = objects(object(body?.['metadata'])?.['ownerReferences']);
  const owner = owners.find((o) => o['controller'] === true) ?? owners[0];
  const [kind, name] = [short(owner?.['kind']), short(owner?.['name'])];
  return kind === undefined || name === undefined ? undefined : `${kind}/${name}`;
}
