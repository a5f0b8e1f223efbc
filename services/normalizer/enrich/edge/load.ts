/**
 * Owns: enrichment from local files as the configuration wants it, kept up to date while the process
 * runs; a file that can't be used leaves things as they were, and is told once.
 * Does not own: the files' formats, when a file has changed (watch.ts).
 */
import type { Config } from '../../../../shared/config/load.ts';
import { FatalError } from '../../../../shared/errors/fault.ts';
import type { EnrichmentTelemetry } from '../../../../shared/ports/enrichment.ts';
import type { Health, Logger } from '../../../../shared/ports/telemetry.ts';
import type { Enrich } from '../enrich.ts';
import { enrichLocal } from '../local.ts';
import type { Problem } from '../parsed.ts';
import { dataOf, hashOf, type Loaded, type Source, sourcesOf } from './sources.ts';
import { watchedFile, type WatchedFile } from './watch.ts';

export interface Enrichment {
  /** Undefined: no local data is configured. */
  readonly enrich: Enrich | undefined;
  readonly stop: () => void;
}

/** What of a context it needs. */
export interface EnrichmentParts {
  readonly config: Pick<Config, 'normalizer'>;
  readonly health: Pick<Health, 'degrade'>;
  readonly metrics: { readonly enrichment: EnrichmentTelemetry };
  readonly clock: { now(): number };
  logger(worker: string): Logger;
}

const LOOK_INTERVAL_MS = 5_000;

interface Slot {
  readonly source: Source;
  readonly file: WatchedFile;
  loaded: Loaded | undefined;
  problems: readonly Problem[];
}

function wordsOf({ path }: Source, { line, message }: Problem): string {
  return `${path}${line === undefined ? '' : `:${line}`}: ${message}`;
}

function createSlot(source: Source, changed: (slot: Slot) => void): Slot {
  const bad = (problems: readonly Problem[]): false => {
    slot.problems = problems;
    changed(slot);
    return false;
  };
  const file = watchedFile({
    path: source.path,
    take(bytes) {
      const parsed = source.read(bytes);
      if (!parsed.ok) return bad(parsed.problems);
      slot.loaded = { part: parsed.value, entries: parsed.entries, hash: hashOf(bytes) };
      slot.problems = [];
      changed(slot);
      return true;
    },
    unreadable: (code) =>
      bad([{ message: `can't be read (${code}): check the path and its permissions` }]),
    back() {
      slot.problems = [];
      changed(slot);
    },
  });
  const slot: Slot = { source, file, loaded: undefined, problems: [] };
  return slot;
}

/** Throws FatalError('invalid_config') with all that is wrong, file and line. */
async function readAll(slots: readonly Slot[]): Promise<readonly Loaded[]> {
  for (const { file } of slots) await file.look();
  const lines = slots.flatMap(({ problems, source }) => problems.map((p) => wordsOf(source, p)));
  if (lines.length > 0) {
    const list = lines.map((line) => `  ${line}`).join('\n');
    throw new FatalError(`Enrichment data that can't be used:\n${list}`, {
      code: 'invalid_config',
    });
  }
  return slots.flatMap(({ loaded }) => loaded ?? []);
}

/** For `podwitness check`. Throws as loadEnrichment does. */
export async function reviewEnrichment({ normalizer }: Pick<Config, 'normalizer'>) {
  const loaded = await readAll(sourcesOf(normalizer).map((source) => createSlot(source, () => {})));
  const entries = loaded.reduce((sum, one) => sum + one.entries, 0);
  return loaded.length === 0 ? 'none' : `${loaded.length} files, ${entries} entries`;
}

/** What is told of a file: each time it was read, or could not be used. */
function reporting({ clock, health, logger, metrics }: EnrichmentParts) {
  const log = logger('enrichment');
  return ({ loaded, problems, source }: Slot): void => {
    const { label, path } = source;
    if (problems.length === 0) {
      const { entries = 0 } = loaded ?? {};
      metrics.enrichment.loaded(label, entries, clock.now() / 1000);
      health.degrade(`enrichment ${label}`, undefined);
      log.info({ list: label, path, entries }, 'Enrichment data is in use');
      return;
    }
    metrics.enrichment.failed(label);
    health.degrade(`enrichment ${label}`, `${path} can't be used, what was read before still is`);
    const told = problems.map((problem) => wordsOf(source, problem));
    const message = 'Enrichment data can not be used, what was read before still is';
    log.warn({ list: label, path, problems: told }, message);
  };
}

/**
 * Reads all files; throws FatalError('invalid_config') when one of them can't be used. Then looks at
 * them again every few seconds, until `stop`.
 */
export async function loadEnrichment(
  parts: EnrichmentParts,
  intervalMs = LOOK_INTERVAL_MS,
): Promise<Enrichment> {
  const report = reporting(parts);
  let isRunning = false;
  const slots = sourcesOf(parts.config.normalizer).map((source) =>
    createSlot(source, (slot) => {
      if (isRunning) report(slot);
    }),
  );
  if (slots.length === 0) return { enrich: undefined, stop: () => {} };
  let current = enrichLocal(dataOf(await readAll(slots)));
  isRunning = true;
  slots.forEach(report);
  const look = async (): Promise<void> => {
    let isNew = false;
    for (const { file } of slots) isNew = (await file.look()) || isNew;
    if (isNew) current = enrichLocal(dataOf(slots.flatMap(({ loaded }) => loaded ?? [])));
  };
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const later = (): void => {
    timer = setTimeout(() => void look().then(() => isStopped || later()), intervalMs).unref();
  };
  later();
  return {
    enrich: (subject) => current?.(subject),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
