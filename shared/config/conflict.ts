/**
 * Owns: what a conflict between keys is, and words that all checks of them share.
 */
import type { ConfigValues } from './schema.ts';

/** `name` is the key that is to be changed; its place is shown with the message. */
export interface Conflict {
  readonly name: string;
  readonly message: string;
}

export type Check = (values: ConfigValues) => readonly Conflict[];

export function conflictIf(condition: boolean, name: string, message: string): readonly Conflict[] {
  return condition ? [{ name, message }] : [];
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
