/**
 * Owns: telling what became of a batch: counts per source, a log line for each dead letter.
 * What one batch adds to `received` equals what it adds to emitted, dropped, diverted and rejected.
 */
import { sourceLabel } from '../domain/sources.ts';
import type { LogRecord } from '../ports/log.ts';
import type { Logger, StageTelemetry } from '../ports/telemetry.ts';
import type { About } from './letter.ts';
import { type Ending, endings, extraOf, type Outcome } from './outcome.ts';

/** A record of the batch, and what its value told of its origin. */
export interface Input {
  readonly record: LogRecord;
  readonly about: About;
}

interface Sum {
  readonly source: string;
  readonly kind: Ending<unknown, string>['kind'];
  /** Reason, route or code. */
  readonly detail: string;
  count: number;
}

function detailOf(ending: Ending<unknown, string>): string {
  switch (ending.kind) {
    case 'emit':
      return '';
    case 'drop':
      return ending.reason;
    case 'divert':
      return ending.route;
    case 'reject':
      return ending.fault.code;
  }
}

/** What was sent again on purpose was counted under its source when it first came. */
function labelOf({ replayOf, source }: About): string {
  return sourceLabel(replayOf === null ? source : 'replay');
}

function tell(telemetry: StageTelemetry, { count, detail, kind, source }: Sum): void {
  telemetry.received(count, source);
  switch (kind) {
    case 'emit':
      telemetry.emitted(count, source);
      break;
    case 'drop':
      telemetry.dropped(detail, count, source);
      break;
    case 'divert':
      telemetry.diverted(detail, count, source);
      break;
    case 'reject':
      telemetry.rejected(detail, count, source);
  }
}

function countFiltered(
  telemetry: StageTelemetry,
  outcomes: readonly Outcome<unknown, string>[],
): void {
  const counts = new Map<string, number>();
  for (const ending of outcomes.flatMap(endings)) {
    const filter = ending.kind === 'drop' ? ending.filter : undefined;
    if (filter !== undefined) counts.set(filter, (counts.get(filter) ?? 0) + 1);
  }
  for (const [filter, n] of counts) telemetry.filtered(filter, n);
}

/** `outcomes` are aligned with `batch`. */
export function count(
  telemetry: StageTelemetry,
  batch: readonly Input[],
  outcomes: readonly Outcome<unknown, string>[],
): void {
  const sums = new Map<string, Sum>();
  let sent = 0;
  outcomes.forEach((outcome, i) => {
    const source = labelOf((batch[i] as Input).about);
    sent += extraOf(outcome).length;
    for (const ending of endings(outcome)) {
      if ('items' in ending) sent += ending.items.length;
      const detail = detailOf(ending);
      const key = `${source} ${ending.kind} ${detail}`;
      const sum = sums.get(key);
      if (sum === undefined) sums.set(key, { source, kind: ending.kind, detail, count: 1 });
      else sum.count++;
    }
  });
  telemetry.sent(sent);
  for (const sum of sums.values()) tell(telemetry, sum);
  countFiltered(telemetry, outcomes);
}

export function reportRejected(
  { logger, name }: { readonly logger: Logger; readonly name: string },
  batch: readonly Input[],
  outcomes: readonly Outcome<unknown, string>[],
): void {
  outcomes.forEach((outcome, i) => {
    for (const ending of endings(outcome)) {
      if (ending.kind !== 'reject') continue;
      const { topic, partition, offset } = (batch[i] as Input).record;
      const { code, message: reason } = ending.fault;
      const where = { topic, partition, offset: String(offset) };
      logger.warn(
        { stage: name, code, reason, ...where },
        'Record rejected to the dead letter topic',
      );
    }
  });
}
