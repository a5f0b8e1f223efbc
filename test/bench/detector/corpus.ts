/**
 * Owns: what the detector's bench matches: audit events and one of the two rule sets, made by the
 * programs beside the project (../shared/bench/corpus), and the events as each contestant takes them.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AuditEvent } from '../../../schemas/generated/avro.ts';
import { endings } from '../../../shared/pipeline/outcome.ts';
import { batchOf, decide } from '../../support/samples.ts';
import { mixedRules } from './mixed-rules.ts';

const MAKERS = fileURLToPath(new URL('../../../../shared/bench/corpus', import.meta.url));
const MOST_RULES = 10_000;
const EVENTS = 10_000;
const EVENTS_PER_BODY = 500;
/** genrules.mjs reads events, too, and more than are matched here. */
const MADE_EVENTS = 20_000;

export interface DetectorCorpus {
  /** Whole documents, as the normalizer writes them. */
  readonly events: readonly AuditEvent[];
  /** One map per line from dotted names to texts, numbers and booleans: what the peers take. */
  readonly flatEvents: string;
  readonly ruleSets: readonly RuleTexts[];
}

export interface RuleTexts {
  readonly name: string;
  /** One rule per line, as JSON. */
  readonly file: string;
  readonly texts: readonly string[];
}

function flatten(value: unknown, name: string, into: Record<string, unknown>): void {
  if (typeof value !== 'object' || value === null) {
    into[name] = value;
  } else if (Array.isArray(value) && value.length === 1) {
    flatten(value[0], name, into);
  } else {
    for (const [key, part] of Object.entries(value)) {
      flatten(part, name === '' ? key : `${name}.${key}`, into);
    }
  }
}

function normalized(lines: readonly string[]): readonly AuditEvent[] {
  const bodies = Array.from({ length: Math.ceil(lines.length / EVENTS_PER_BODY) }, (_, i) =>
    Buffer.from(lines.slice(i * EVENTS_PER_BODY, (i + 1) * EVENTS_PER_BODY).join('\n')),
  );
  const events = bodies.flatMap((body) =>
    decide([batchOf(body, { source: 'audit' })])
      .flatMap((outcome) => endings(outcome))
      .flatMap((ending) => (ending.kind === 'emit' ? ending.items : [])),
  );
  if (events.length !== lines.length) throw new Error('Not every event was normalized');
  return events;
}

/** `folder` is empty, and the caller's to remove. */
export async function makeCorpus(
  folder: string,
): Promise<DetectorCorpus | { readonly missing: string }> {
  if (!existsSync(MAKERS)) return { missing: '../shared/bench/corpus is not there' };
  const run = (...args: string[]) => promisify(execFile)(process.execPath, args);
  await run(join(MAKERS, 'gen.mjs'), String(MADE_EVENTS), '400', '1', folder);
  const maker = await readFile(join(MAKERS, 'genrules.mjs'), 'utf8');
  const own = join(folder, 'genrules.mjs');
  await writeFile(own, maker.replaceAll('BENCH/corpus', folder));
  await run(own, 'contains');

  const lines = (await readFile(join(folder, 'events.jsonl'), 'utf8')).split('\n').slice(0, EVENTS);
  const flat = lines.map((line) => {
    const event: Record<string, unknown> = {};
    flatten(JSON.parse(line), '', event);
    return JSON.stringify(event);
  });
  const flatEvents = join(folder, 'flat.jsonl');
  await writeFile(flatEvents, flat.join('\n'));
  const equalities = join(folder, 'rules.jsonl');
  const texts = (await readFile(equalities, 'utf8')).trim().split('\n').slice(0, MOST_RULES);
  const mixed = join(folder, 'mixed.jsonl');
  const mixedTexts = mixedRules(MOST_RULES);
  await writeFile(mixed, mixedTexts.join('\n'));
  return {
    events: normalized(lines),
    flatEvents,
    ruleSets: [
      { name: 'equalities', file: equalities, texts },
      { name: 'mixed', file: mixed, texts: mixedTexts },
    ],
  };
}
