/**
 * Owns: what a request writes, as objects or parts of objects, whatever form its body has.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { object } from '../map/fields.ts';
import { partsOf } from './json-patch.ts';

export interface Written {
  /** objectRef. */
  readonly ref: JsonObject;
  /** A whole object, or parts of one: of a patch, what is not in it is not known. */
  readonly parts: readonly JsonObject[];
  readonly isPatch: boolean;
  /** The object as the server answered with it; undefined: not recorded, or refused. */
  readonly result: JsonObject | undefined;
}

const WRITES = new Set<unknown>(['create', 'update', 'patch']);
/** Reports of controllers and kubelets, which change nothing that anyone asked for. */
const REPORTED = new Set<unknown>(['status', 'finalize']);
const REPORTS = new Set<unknown>(['events', 'leases', 'endpoints', 'endpointslices']);

function resultOf(event: JsonObject): JsonObject | undefined {
  const result = object(event['responseObject']);
  return result?.['kind'] === 'Status' ? undefined : result;
}

/** Undefined: nothing is written, or nobody asks for what is. */
export function writtenOf(event: JsonObject, ref: JsonObject): Written | undefined {
  if (!WRITES.has(event['verb'])) return undefined;
  if (REPORTED.has(ref['subresource']) || REPORTS.has(ref['resource'])) return undefined;
  const body = event['requestObject'];
  const result = resultOf(event);
  const isPatch = event['verb'] === 'patch' || Array.isArray(body);
  if (Array.isArray(body)) return { ref, parts: partsOf(body), isPatch, result };
  const whole = object(body) ?? (isPatch ? undefined : result);
  if (whole === undefined && result === undefined) return undefined;
  return { ref, parts: whole === undefined ? [] : [whole], isPatch, result };
}
