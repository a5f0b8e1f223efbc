/**
 * Owns: what no document store takes, whatever the document says: limits of ids, bytes and depth
 * that both adapters check before they touch the store.
 */
import { BACKSLASH, NEWLINE, QUOTE } from './bytes-of-json.ts';

/** Longest `_id` of Elasticsearch, in UTF-8 bytes; one longer id fails a whole bulk request. */
const MAX_ID_BYTES = 512;
/**
 * Elasticsearch 8.6 stores a document of any depth and then dies of it: whatever reads fields from
 * `_source` recurses, and a stack overflow ends the node. Later releases refuse 1,000. JSON.stringify
 * recurses too, so the embedded store could not give such a document back.
 */
const MAX_DEPTH = 500;

/** +1 for an opening bracket or brace, -1 for a closing one. */
function nesting(byte: number | undefined): -1 | 0 | 1 {
  if (byte === 0x5b || byte === 0x7b) return 1;
  return byte === 0x5d || byte === 0x7d ? -1 : 0;
}

/** Does the document nest deeper than `limit`? Total: for what is no JSON too. */
function isDeep(document: Buffer, limit: number): boolean {
  // Each level takes two bytes.
  if (document.length < 2 * limit) return false;
  let depth = 0;
  let inText = false;
  for (let i = 0; i < document.length && depth <= limit; i++) {
    const byte = document[i];
    if (byte === BACKSLASH) i++;
    else if (byte === QUOTE) inText = !inText;
    else if (!inText) depth += nesting(byte);
  }
  return depth > limit;
}

/** Why a document with this id can't be stored, for a person; undefined: nothing known. */
export function documentProblem(id: string, document: Buffer): string | undefined {
  if (id === '' || Buffer.byteLength(id) > MAX_ID_BYTES) {
    return `the id is empty or longer than ${MAX_ID_BYTES} bytes`;
  }
  if (document.length === 0) return 'the document is empty';
  if (document.includes(NEWLINE)) return 'the document holds a line break';
  if (isDeep(document, MAX_DEPTH)) return `the document nests deeper than ${MAX_DEPTH}`;
  return undefined;
}
