/**
 * Owns: what passes between a running `up` and the commands that read its pipeline: records, positions
 * and errors as JSON, one object a line. Bytes are base64. A stream that was not cut off ends with a
 * line that says so.
 */
import { ERROR_CODES, type ErrorCode } from '../../../shared/errors/codes.ts';
import { FatalError, TransientError } from '../../../shared/errors/fault.ts';
import type { LogRecord, PartitionPosition } from '../../../shared/ports/log.ts';

export interface WireRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly isFatal: boolean;
}

export type Line =
  | { readonly record: WireRecord }
  | { readonly error: WireError }
  | { readonly end: true };

function packed(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64');
}

function unpacked(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64');
}

export function toWire({ key, offset, value, ...rest }: LogRecord): WireRecord {
  return { ...rest, offset: String(offset), key: packed(key), value: packed(value) };
}

export function fromWire({ key, offset, value, ...rest }: WireRecord): LogRecord {
  return { ...rest, offset: BigInt(offset), key: unpacked(key), value: unpacked(value) };
}

export interface WirePosition {
  readonly partition: number;
  readonly committed: string;
  readonly end: string;
}

export function positionToWire({ committed, end, partition }: PartitionPosition): WirePosition {
  return { partition, committed: String(committed), end: String(end) };
}

export function positionFromWire({ committed, end, partition }: WirePosition): PartitionPosition {
  return { partition, committed: BigInt(committed), end: BigInt(end) };
}

/** Undefined for a bug, which is not for the other side to know. */
export function errorToWire(error: unknown): WireError | undefined {
  if (!(error instanceof FatalError || error instanceof TransientError)) return undefined;
  const { code, message } = error;
  return { code, message, isFatal: error instanceof FatalError };
}

export function errorFromWire({ code, isFatal, message }: WireError): Error {
  // The other process may be of another release.
  const known = Object.hasOwn(ERROR_CODES, code) ? code : 'log_unavailable';
  return isFatal
    ? new FatalError(message, { code: known })
    : new TransientError(message, { code: known });
}
