/**
 * Owns: what those who learn are told of an event, and what they are. Types only.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import type { Subject } from '../enrich.ts';
import type { Fact } from './fact.ts';

/** A document, and the event that it tells: in the form of audit.k8s.io/v1, redacted. */
export interface Heard extends Pick<Subject, 'cluster' | 'timeMs' | 'facts'> {
  readonly event: JsonObject;
}

export type Verb = 'create' | 'update' | 'patch' | 'delete';
/** `name`: of the object. */
export type Learner = (heard: Heard, verb: Verb, name: string) => Fact | undefined;
