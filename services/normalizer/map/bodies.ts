/**
 * Owns: what of an event's bodies goes into its document whole, and which of them could not.
 */
import type { JsonObject } from '../read/leaf.ts';
import type { Around } from './mapped.ts';
import { wholeBody } from './whole-body.ts';

export interface Bodies {
  readonly request: JsonObject | undefined;
  readonly response: JsonObject | undefined;
  /** How many objects were listed. */
  readonly responseItems: number | undefined;
  /** Names of those of which something is left out. */
  readonly cut: readonly string[] | undefined;
}

const NONE: Bodies = {
  request: undefined,
  response: undefined,
  responseItems: undefined,
  cut: undefined,
};

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** `event`: the whole one, redacted. */
export function bodiesOf(event: JsonObject, { isShortened, maxBodyBytes }: Around): Bodies {
  const { requestObject, responseObject } = event;
  const hasRequest = isThere(requestObject);
  const hasResponse = isThere(responseObject);
  if (!hasRequest && !hasResponse) return NONE;
  if (isShortened) {
    const cut = [
      ...(hasRequest ? ['requestObject'] : []),
      ...(hasResponse ? ['responseObject'] : []),
    ];
    return { ...NONE, cut };
  }
  const request = wholeBody(requestObject, maxBodyBytes);
  const response = wholeBody(responseObject, maxBodyBytes);
  const cut = [
    ...(request.isCut ? ['requestObject'] : []),
    ...(response.isCut ? ['responseObject'] : []),
  ];
  return {
    request: request.body,
    response: response.body,
    responseItems: response.items,
    cut: cut.length === 0 ? undefined : cut,
  };
}
