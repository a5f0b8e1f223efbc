/**
 * Owns: the id of a record that has no identity of its own but its content (docs/adr/0003, 0010).
 * Does not own: ids of audit events (event-id.ts).
 */
import { contentId } from '../../../shared/domain/ids.ts';
import { canonicalJson } from './canonical-json.ts';
import { knownFields } from './known-fields.ts';
import type { Around } from './mapped.ts';

/**
 * Equal for the same content by every way and on every delivery. What was cut is another record than
 * the whole one: nobody can tell whose beginning it is.
 */
export function recordId({
  cluster,
  format,
  isCut,
  raw,
}: Pick<Around, 'cluster' | 'format' | 'isCut' | 'raw'>): string {
  return contentId([
    isCut ? 'cut' : 'whole',
    format,
    cluster,
    canonicalJson(knownFields(format, raw)),
  ]);
}
