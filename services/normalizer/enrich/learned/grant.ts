/**
 * Owns: which binding gave the right to a request, and the keys under which it is remembered.
 * Does not own: reading the authorizer's reason (services/normalizer/promote).
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { object } from '../../map/fields.ts';
import { factKey } from './fact.ts';

export interface Grant {
  readonly namespace: string;
  readonly binding: string;
  /** `ClusterRole/edit`. */
  readonly role: string;
  /** `User/alice`, `ServiceAccount/ci/deployer`. */
  readonly subject: string;
}

/** As it stands in `podwitness.rbac.granted_by`; undefined: another authorizer, or none. */
export function grantOf(document: JsonObject): Grant | undefined {
  const by = object(object(object(document['podwitness'])?.['rbac'])?.['granted_by']);
  if (by === undefined) return undefined;
  const { binding, role, role_kind: roleKind, subject, subject_kind: subjectKind } = by;
  const namespace = by['binding_namespace'] ?? '';
  if (typeof binding !== 'string' || typeof namespace !== 'string') return undefined;
  return {
    namespace,
    binding,
    role: `${String(roleKind)}/${String(role)}`,
    subject: `${String(subjectKind)}/${String(subject)}`,
  };
}

/** Every cluster has these from its beginning, and what uses them never rests. */
export function isOfSystem({ binding }: Grant): boolean {
  return binding.startsWith('system:');
}

export function bindingKey(cluster: string, { binding, namespace }: Grant): string {
  return factKey('binding', cluster, namespace, binding);
}

/** Of the first use that was seen of what a binding gives to one subject. */
export function useKey(cluster: string, { binding, namespace, subject }: Grant): string {
  return factKey('use', cluster, namespace, `${binding}/${subject}`);
}
