/**
 * Owns: telling what a handler threw from what the log's own parts threw: a sick neighbour of the
 * handler ends the consumer, a sick broker does not.
 */
import { LaneLostError } from '../../errors/fault.ts';

/** Carries what the handler threw as `cause`. */
export class HandlerFailure extends Error {
  override readonly name = 'HandlerFailure';
}

/** Throws LaneLostError as it is, anything else as HandlerFailure. */
export async function callHandler(call: () => Promise<void> | undefined): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (error instanceof LaneLostError) throw error;
    throw new HandlerFailure('The handler failed', { cause: error });
  }
}
