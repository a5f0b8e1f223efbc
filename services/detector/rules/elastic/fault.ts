/**
 * Owns: how a fault of a query travels from where it is seen to whoever compiles the query.
 */

/** Why a query is no condition, with the character of the query at which it shows (from 0). */
export interface Fault {
  /** `unsupported`: the query is right, and needs something that this engine does not have. */
  readonly kind: 'invalid' | 'unsupported';
  readonly offset: number;
  readonly reason: string;
  readonly remedy: string;
}

export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

/** Carries a fault up to whoever compiles the query; never leaves it. */
export class QueryFault extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.reason);
    this.fault = fault;
  }
}

export function invalid(offset: number, reason: string, remedy: string): QueryFault {
  return new QueryFault({ kind: 'invalid', offset, reason, remedy });
}

export function unsupported(offset: number, reason: string, remedy: string): QueryFault {
  return new QueryFault({ kind: 'unsupported', offset, reason, remedy });
}

export function attempt<T>(compile: () => T): Attempt<T> {
  try {
    return { ok: true, value: compile() };
  } catch (error) {
    if (error instanceof QueryFault) return { ok: false, fault: error.fault };
    throw error;
  }
}
