/**
 * Owns: what is said of a field once, for all of its arguments.
 */
import type { EventDocument, FieldPath } from '../../expression.ts';
import { bodyPaths, readBody } from './body.ts';
import { getAll, textOfJson, textsOf, valuesAt } from './json.ts';

/** `index`: may have the number of an item; `key`: must have a text. */
type ArgumentKind = 'none' | 'index' | 'key';

export interface Arg {
  readonly index?: number;
  readonly key: string;
}
export const NO_ARG: Arg = { key: '' };

export interface Definition {
  readonly isList: boolean;
  readonly arg: ArgumentKind;
  /** One text of the document, whatever it is compared with. */
  readonly path?: FieldPath;
  /** What `read` reads. */
  readonly from: readonly FieldPath[];
  read(document: EventDocument, arg: Arg): readonly string[] | undefined;
}

const REQUEST = 'requestObject';

/** A text that stands at one place of the audit event, which the normalizer keeps as such. */
export function plain(keys: FieldPath): Definition {
  const path = ['kubernetes', 'audit', ...keys];
  return { isList: false, arg: 'none', path, from: [path], read: () => undefined };
}

export function plainList(keys: FieldPath): Definition {
  return { ...plain(keys), isList: true };
}

/** One value of a body, as text. */
export function bodyValue(
  body: 'requestObject' | 'responseObject',
  keys: readonly string[],
): Definition {
  return {
    ...{ isList: false, arg: 'none', from: bodyPaths(body, keys) },
    read: (document) => {
      const value = readBody(document, body, (root) => getAll(root, keys));
      return value === undefined ? undefined : [textOfJson(value)];
    },
  };
}

/** The items of a list in the request; undefined where it is none. */
export function requestItems(keys: readonly string[]): Definition {
  return {
    ...{ isList: true, arg: 'none', from: bodyPaths(REQUEST, keys) },
    read: (document) =>
      readBody(document, REQUEST, (root) => {
        const list = getAll(root, keys);
        return Array.isArray(list) ? textsOf(list) : undefined;
      }),
  };
}

export type Values = readonly unknown[];

/** What `make` makes of all values at the keys of the request (json.ts, valuesAt). */
export function requestValues(
  keys: readonly string[],
  make: (values: Values) => readonly string[] | undefined = textsOf,
): Definition {
  return {
    ...{ isList: true, arg: 'index', from: bodyPaths(REQUEST, keys) },
    read: (document, { index }) =>
      readBody(document, REQUEST, (root) => {
        const values = valuesAt(root, keys, index);
        return values === undefined ? undefined : make(values);
      }),
  };
}
