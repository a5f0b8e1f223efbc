/**
 * Owns: what people ask of an audit event and its fields do not say by themselves, as fields.
 * Does not own: `kubernetes.audit.*` and the ECS fields that say the same (services/normalizer/map).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';

/** Parts of a document that are merged into it. */
export interface Promoted {
  /** `podwitness.*`. */
  readonly own?: JsonObject | undefined;
  /** ECS and `kubernetes.*`. */
  readonly document?: JsonObject | undefined;
}

/** `event`: redacted, in the form of audit.k8s.io/v1. Total. */
export function promote(_event: JsonObject): Promoted {
  return {};
}
