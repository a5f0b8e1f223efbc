/**
 * Owns: `podwitness.token`: tokens that are made, so that their later use can be joined to it.
 * Does not own: who uses one (`podwitness.actor.credential_id`, services/normalizer/map).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { compact, object } from '../map/fields.ts';
import { count, listed, noteAll, short } from './lists.ts';
import type { Written } from './written.ts';

const LEGACY_TYPE = 'kubernetes.io/service-account-token';
const LEGACY_ACCOUNT = 'kubernetes.io/service-account.name';

function boundTo(ref: JsonObject | undefined): JsonObject | undefined {
  if (ref === undefined) return undefined;
  const { kind, name, uid } = ref;
  return compact({ kind: short(kind), name: short(name), uid: short(uid) });
}

/** What was asked for, else what the server made of it. */
function requested({ parts, result }: Written): JsonObject | undefined {
  const audiences = new Set<string>();
  const asked = object(parts[0]?.['spec']);
  const given = object(result?.['spec']);
  noteAll(audiences, asked?.['audiences'] ?? given?.['audiences']);
  return compact({
    audiences: listed(audiences),
    expiration_seconds: count(asked?.['expirationSeconds'] ?? given?.['expirationSeconds']),
    bound_to: boundTo(object(asked?.['boundObjectRef']) ?? object(given?.['boundObjectRef'])),
  });
}

/** A Secret that the server fills with a token that never expires. */
function legacy({ parts }: Written): JsonObject | undefined {
  const part = parts.find(({ type }) => type === LEGACY_TYPE);
  if (part === undefined) return undefined;
  const annotations = object(object(part['metadata'])?.['annotations']);
  return { legacy: true, service_account: short(annotations?.[LEGACY_ACCOUNT]) };
}

export function tokenOf(written: Written): JsonObject | undefined {
  const { name, resource, subresource } = written.ref;
  if (resource === 'secrets') return legacy(written);
  if (resource !== 'serviceaccounts' || subresource !== 'token') return undefined;
  return { service_account: short(name), ...requested(written) };
}
