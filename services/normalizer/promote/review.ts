/**
 * Owns: `podwitness.access_review`: what somebody asked whether he, or another, may do it.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { compact, flag, object } from '../map/fields.ts';
import { listed, noteAll, short } from './lists.ts';
import type { Written } from './written.ts';

const RESOURCES = new Set<unknown>([
  ...['selfsubjectaccessreviews', 'subjectaccessreviews', 'localsubjectaccessreviews'],
]);

export function reviewOf({ parts, ref, result }: Written): JsonObject | undefined {
  if (!RESOURCES.has(ref['resource'])) return undefined;
  const spec = object(parts[0]?.['spec']);
  const asked = object(spec?.['resourceAttributes']);
  const path = object(spec?.['nonResourceAttributes']);
  const groups = new Set<string>();
  noteAll(groups, spec?.['groups']);
  return compact({
    verb: short(asked?.['verb']) ?? short(path?.['verb']),
    api_group: short(asked?.['group']),
    resource: short(asked?.['resource']),
    subresource: short(asked?.['subresource']),
    namespace: short(asked?.['namespace']),
    name: short(asked?.['name']),
    path: short(path?.['path']),
    user: short(spec?.['user']),
    groups: listed(groups),
    allowed: flag(object(result?.['status'])?.['allowed']),
  });
}
