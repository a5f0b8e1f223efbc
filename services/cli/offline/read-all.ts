/**
 * Owns: all files of a command line into the offline stages, and what is said of each on the way.
 * Does not own: what the stages make of them (pipeline.ts), where files are cut (cut-documents.ts).
 */
import { FatalError } from '../../../shared/errors/fault.ts';
import type { Offline } from './pipeline.ts';
import { createProgress, type Progress } from './progress.ts';
import { readBodies } from './read-files.ts';

interface Totals {
  events: number;
  dropped: number;
  rejected: number;
}

interface FileTotals extends Totals {
  readonly reasons: Map<string, number>;
}

function sum(reasons: Map<string, number>, counts: Readonly<Record<string, number>>): number {
  let total = 0;
  for (const [reason, count] of Object.entries(counts)) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + count);
    total += count;
  }
  return total;
}

function summary(file: string, totals: FileTotals): string {
  const { dropped, events, reasons, rejected } = totals;
  const others = dropped === 0 ? '' : `, ${dropped} left out`;
  const why = [...reasons].map(([reason, count]) => `${reason} ${count}`).sort();
  const because = why.length === 0 ? '' : ` (${why.join(', ')})`;
  return `${file}: ${events} events, ${rejected} unreadable${others}${because}\n`;
}

async function readOne(offline: Offline, file: string, progress: Progress): Promise<Totals> {
  const totals: FileTotals = { events: 0, dropped: 0, rejected: 0, reasons: new Map() };
  let isDamaged = false;
  const { bodies, totalBytes } = await readBodies(file, () => {
    isDamaged = true;
  });
  for await (const { bytes, readBytes } of bodies) {
    const added = offline.add(bytes);
    totals.events += added.events;
    totals.dropped += sum(totals.reasons, added.dropped);
    totals.rejected += sum(totals.reasons, added.rejected);
    progress.tell({ file, readBytes, totalBytes, events: totals.events });
  }
  progress.clear();
  process.stderr.write(summary(file, totals));
  if (isDamaged) {
    process.stderr.write(`${file}: the gzip is torn or damaged; what is before that was read\n`);
  }
  return totals;
}

/** A file that can't be read takes nothing from the others. Throws if that is so of all. */
export async function readAll(offline: Offline, files: readonly string[]): Promise<void> {
  const totals = { events: 0, dropped: 0 };
  let failure: FatalError | undefined;
  const progress = createProgress({
    isTerminal: process.stderr.isTTY === true,
    nowMs: () => performance.now(),
    write: (text) => void process.stderr.write(text),
  });
  for (const file of files) {
    try {
      const { dropped, events } = await readOne(offline, file, progress);
      totals.events += events;
      totals.dropped += dropped;
    } catch (error) {
      if (!(error instanceof FatalError)) throw error;
      failure ??= error;
      process.stderr.write(`${error.message}\n`);
    }
  }
  if (totals.events > 0) return;
  if (failure !== undefined) throw failure;
  if (totals.dropped > 0) return;
  throw new FatalError(`None of the input could be read as audit events: ${files.join(', ')}`, {
    code: 'unreadable_input',
  });
}
