/**
 * Owns: what the kit needs of an event.
 */
import type { EventDocument } from '../expression.ts';
import type { EventKind } from '../model.ts';

/** An event as rules see it. */
export interface NormalEvent {
  readonly id: string;
  readonly kind: EventKind;
  readonly document: EventDocument;
}
