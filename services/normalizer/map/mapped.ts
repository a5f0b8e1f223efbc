/**
 * Owns: the shape between a record of some format and the one normal form: what a mapper is told
 * beside the record, and what it gives.
 * Does not own: the mappers (audit.ts, admission.ts, gke.ts, spo.ts, falco.ts), the Avro record
 * (to-event.ts).
 */
import type { AuditEvent } from '../../../schemas/generated/avro.ts';
import type { Redaction } from '../../../shared/domain/redaction/redact.ts';
import type { Envelope, Format, JsonObject } from '../read/leaf.ts';

export const ECS_VERSION = '8.17.0';

/** What is said of a record beside it. */
export interface Around {
  /** The record as it came, secrets included: for ids, and for nothing else. */
  readonly raw: JsonObject;
  /** What was taken out of it. */
  readonly redaction: Redaction | undefined;
  readonly format: Format;
  /** Of the request path: what an envelope claims is kept, and never believed. */
  readonly cluster: string;
  /** Kind of endpoint that took it. */
  readonly source: string;
  /** Namespace of the data streams. */
  readonly dataStreamNamespace: string;
  /** ISO time at which the collector had it; undefined offline. */
  readonly receivedAt: string | undefined;
  /** The time of a record that has none. */
  readonly fallback: string;
  readonly envelope: Envelope;
  /** A body with more JSON than this, about, is cut. */
  readonly maxBodyBytes: number;
  /** Its text ended early: what is not in it may have been there. */
  readonly isCut: boolean;
  /** Its whole document was larger than the log takes: keep what identifies it. */
  readonly isShortened: boolean;
  /** Names of Falco's output fields that may hold a request UID. */
  readonly requestUidFields: readonly string[];
  /** Names of variables that hold one. */
  readonly requestUidKeys: readonly string[];
}

export type Kind = 'audit' | 'process' | 'alert' | 'coverage';

type Nullable = Omit<
  AuditEvent,
  'id' | 'cluster' | 'time' | 'receivedAt' | 'document' | 'kind' | 'source' | 'format' | 'partial'
>;

/** Fields of the record that a format may know; undefined stands for null. */
export type Facts = { readonly [Name in keyof Nullable]?: Nullable[Name] | undefined };

export interface Mapped {
  readonly id: string;
  readonly kind: Kind;
  /** `@timestamp`, RFC 3339 as it was written. */
  readonly timestamp: string;
  readonly partial: boolean;
  readonly facts: Facts;
  /** The document; members that are undefined are left out of it. */
  readonly document: JsonObject;
  /** What it tells of, in the form of audit.k8s.io/v1, where it has that form; bodies and all. */
  readonly event?: JsonObject;
}

/** Total: whatever the record holds, it gives a document that stores take. `value` is redacted. */
export type Mapper = (value: JsonObject, around: Around) => Mapped;
