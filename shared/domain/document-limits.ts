/**
 * Owns: what no document store takes, whatever the document says: limits of ids and bytes that
 * both adapters check before they touch the store.
 */

/** Longest `_id` of Elasticsearch, in UTF-8 bytes; one longer id fails a whole bulk request. */
const MAX_ID_BYTES = 512;
const LINE_FEED = 0x0a;

/** Why a document with this id can't be stored, for a person; undefined: nothing known. */
export function documentProblem(id: string, document: Buffer): string | undefined {
  if (id === '' || Buffer.byteLength(id) > MAX_ID_BYTES) {
    return `the id is empty or longer than ${MAX_ID_BYTES} bytes`;
  }
  if (document.length === 0) return 'the document is empty';
  if (document.includes(LINE_FEED)) return 'the document holds a line break';
  return undefined;
}
