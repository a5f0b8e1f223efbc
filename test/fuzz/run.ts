/**
 * Owns: the fuzz run over the intake: from a seed and a number to an input, and from an input to
 * what is wrong with what became of it.
 * Does not own: how inputs are changed (rewrite.ts, damage.ts), how many there are (main.ts).
 */
import type { AuditEvent, RawBatch } from '../../schemas/generated/avro.ts';
import { splitBody } from '../../services/collector/split.ts';
import { createCodec } from '../../shared/adapters/avro/codec.ts';
import { endings, type Outcome } from '../../shared/pipeline/outcome.ts';
import { choicesFrom } from '../support/odd-json.ts';
import { batchOf, decide, essence, resultOf, type Sample } from '../support/samples.ts';
import { damage } from './damage.ts';
import { type Choose, pick, rewrite } from './rewrite.ts';

/** One body of the run; `same`: what it must become, where it means what its sample means. */
export interface Case {
  readonly sample: string;
  readonly body: Buffer;
  readonly source: string;
  /** The body is cut into parts of about this size first, as the collector does. */
  readonly partBytes: number;
  readonly same: readonly string[] | undefined;
}

export type Decide = (batches: readonly RawBatch[]) => readonly Outcome<AuditEvent>[];

interface Prepared {
  readonly sample: Sample;
  readonly essence: readonly string[];
  readonly text: string | undefined;
}

const WHOLE = Number.MAX_SAFE_INTEGER;
const MAX_MS = 1000;
/** Above what small inputs need: the slowest machine that runs this is busy with other tests. */
const codec = createCodec('AuditEvent');

function isText(input: Buffer): boolean {
  return Buffer.from(input.toString('utf8')).equals(input);
}

export interface Fuzz {
  /** The same for the same seed and number, on every machine. */
  caseAt(seed: number, index: number): Case;
}

export function createFuzz(samples: readonly Sample[]): Fuzz {
  const prepared = samples.map(
    (sample): Prepared => ({
      sample,
      essence: essence(resultOf(decide([batchOf(sample.input, { source: sample.source })]))),
      text: isText(sample.input) ? sample.input.toString('utf8') : undefined,
    }),
  );
  return {
    caseAt(seed, index) {
      const choose = choicesFrom(seed * 2_654_435_761 + index * 40_503);
      for (let i = 0; i < 4; i++) choose();
      return makeCase(prepared, choose);
    },
  };
}

function makeCase(prepared: readonly Prepared[], choose: Choose): Case {
  const { sample, text, essence: same } = pick(choose, prepared);
  const common = { sample: sample.name, source: sample.source };
  const partBytes = choose() < 0.3 ? 64 + Math.floor(choose() * 4096) : WHOLE;
  const rewritten = text !== undefined && choose() < 0.5 ? rewrite(text, choose) : undefined;
  if (rewritten !== undefined) return { ...common, partBytes, body: Buffer.from(rewritten), same };
  if (choose() < 0.05) return { ...common, partBytes, body: sample.input, same };
  const other = pick(choose, prepared).sample.input;
  return { ...common, partBytes, body: damage(sample.input, choose, other), same: undefined };
}

function partsOf({ body, source, partBytes }: Case): readonly RawBatch[] {
  const split = splitBody(body, { partBytes, maxBytes: WHOLE });
  if (!split.ok) throw new Error('A part is larger than anything can be');
  return split.parts.map((part, i) =>
    batchOf(part.body, { source, framing: part.framing, part: i, parts: split.parts.length }),
  );
}

/** Nothing is missing and nothing is there twice. */
function differences(got: readonly string[], want: readonly string[]): string | undefined {
  const left = [...want];
  for (const one of got) {
    const at = left.indexOf(one);
    if (at < 0) return `unexpected: ${one.slice(0, 2000)}`;
    left.splice(at, 1);
  }
  return left.length === 0 ? undefined : `missing: ${left[0]?.slice(0, 2000)}`;
}

function problemOf(outcomes: readonly Outcome<AuditEvent>[], one: Case): string | undefined {
  for (const outcome of outcomes) {
    if (endings(outcome).length === 0) return 'a record without an ending';
    for (const ending of endings(outcome)) {
      if (ending.kind !== 'emit') continue;
      if (ending.items.length === 0) return 'an emit of nothing';
      for (const event of ending.items) codec.encode(event);
    }
  }
  const { events } = resultOf(outcomes);
  const odd = events.find(({ document }) => !('@timestamp' in document && 'event' in document));
  if (odd !== undefined) return `no whole document: ${JSON.stringify(odd).slice(0, 500)}`;
  return one.same && differences(essence(resultOf(outcomes)), one.same);
}

/** What is wrong with what `decided` makes of a case; undefined: nothing. */
export function check(one: Case, decided: Decide = decide): string | undefined {
  const batches = partsOf(one);
  const start = performance.now();
  let outcomes: readonly Outcome<AuditEvent>[];
  try {
    outcomes = decided(batches);
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const took = performance.now() - start;
  if (took > MAX_MS) return `took ${Math.round(took)} ms`;
  if (outcomes.length !== batches.length)
    return `${outcomes.length} ends of ${batches.length} records`;
  return problemOf(outcomes, one);
}
