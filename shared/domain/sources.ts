/**
 * Owns: the closed set of what the records of an input are; `logs` is any envelope around any of them.
 */
export const SOURCES = ['audit', 'spo', 'falco', 'logs', 'firehose', 'pubsub', 'eventhub'] as const;

/** A metric label: `replay` for what was sent again on purpose, `none` for what has no source. */
export type SourceLabel = (typeof SOURCES)[number] | 'replay' | 'none';

const LABELS: ReadonlySet<string> = new Set([...SOURCES, 'replay']);

/** The label of a text that may be anybody's: what is not in the set is `none`. */
export function sourceLabel(source: string | undefined): SourceLabel {
  return source !== undefined && LABELS.has(source) ? (source as SourceLabel) : 'none';
}
