/**
 * Owns: the rules in use of a running detector: read at start, and again when their files change, as a
 * whole and at once; what can't be used leaves things as they were, and is told.
 * Does not own: reading them (read-rules.ts).
 */
import type { Config } from '../../../shared/config/load.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { RuleCount, RuleTelemetry } from '../../../shared/ports/rules.ts';
import type { Health, Logger } from '../../../shared/ports/telemetry.ts';
import type { Detection } from '../judge.ts';
import { describeProblem, fingerprint, readRules, ruleSources } from '../read-rules.ts';
import type { RuleSet } from '../rules/engine/rule-set.ts';
import type { Problem } from '../rules/model.ts';
import type { Rulebook } from '../stage.ts';

/** What of a context it needs. */
export interface RulebookParts {
  readonly config: Pick<Config, 'detector'>;
  readonly health: Pick<Health, 'degrade'>;
  readonly metrics: { readonly rules: RuleTelemetry };
  logger(worker: string): Logger;
}

export interface LoadedRulebook extends Rulebook {
  /** Looks at the files once; true: other rules are in use now. */
  look(): Promise<boolean>;
  readonly stop: () => void;
}

/** A folder of community rules may hold hundreds that are not for us. */
const MOST_TOLD = 20;

/** Throws FatalError invalid_rule. Looks at the files again every `detector.reloadIntervalMs`. */
export async function loadRulebook(parts: RulebookParts): Promise<LoadedRulebook> {
  const sources = ruleSources(parts.config);
  const report = reporting(parts);
  const counts = createCounts();
  let known = await fingerprint(sources);
  let seen = known;
  const read = async (): Promise<Detection> => {
    const problems: Problem[] = [];
    const detection = await readRules(sources, (problem) => problems.push(problem));
    report.used(detection, problems);
    return detection;
  };
  let current = await read();
  parts.metrics.rules.counts(() => counts.all(current.ruleSet));
  const look = async (): Promise<boolean> => {
    const state = await fingerprint(sources);
    // Whoever writes them may be half through: they are read when two looks saw the same.
    const isAtRest = state === seen;
    seen = state;
    if (!isAtRest || state === known) return false;
    known = state;
    try {
      const next = await read();
      counts.retire(current.ruleSet);
      current = next;
      return true;
    } catch (error) {
      report.refused(error);
      return false;
    }
  };
  const stop = every(parts.config.detector.reloadIntervalMs, look);
  return {
    get current() {
      return current;
    },
    look,
    stop,
  };
}

/** One look at a time. */
function every(intervalMs: number, look: () => Promise<unknown>): () => void {
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** What is told of the rules: each time they were read, or could not be used. */
function reporting({ health, logger, metrics }: RulebookParts) {
  const log = logger('rules');
  let isFirst = true;
  return {
    used({ exceptions, ruleSet, staged }: Detection, problems: readonly Problem[]): void {
      const listed = ruleSet.rules.filter((r) => r.needsState !== undefined || r.isDisabled).length;
      const matched = ruleSet.rules.length - listed;
      metrics.rules.inUse(matched, listed);
      if (!isFirst) metrics.rules.reloaded(true);
      isFirst = false;
      health.degrade('rules', undefined);
      const counts = { staged: staged.size, exceptions: exceptions.all.length };
      log.info({ matched, listed, ...counts, leftOut: problems.length }, 'Rules are in use');
      for (const problem of problems.slice(0, MOST_TOLD)) {
        log.warn(
          { problem: describeProblem(problem), kind: problem.kind },
          'Something about a rule',
        );
      }
    },
    /** Also what a rule file brings to light in our own code: what is in use goes on. */
    refused(error: unknown): void {
      metrics.rules.reloaded(false);
      health.degrade('rules', 'their files can’t be used, what was read before still is');
      const message = 'Rules can not be used, what was read before still is';
      const text = error instanceof FatalError ? error.message : ((error as Error).stack ?? '');
      log.error({ problems: text.split('\n').slice(0, MOST_TOLD) }, message);
    },
  };
}

/** Counts of rules over all sets that were in use: what is counted never goes down. */
function createCounts() {
  const retired = new Map<string, RuleCount>();
  const add = (counts: Map<string, RuleCount>, one: RuleCount): void => {
    const before = counts.get(one.rule);
    counts.set(one.rule, before === undefined ? one : sum(before, one));
  };
  return {
    retire(set: RuleSet): void {
      for (const one of countsOf(set)) add(retired, one);
    },
    all(set: RuleSet): Iterable<RuleCount> {
      const counts = new Map(retired);
      for (const one of countsOf(set)) add(counts, one);
      return counts.values();
    },
  };
}

function sum(a: RuleCount, b: RuleCount): RuleCount {
  return {
    rule: a.rule,
    matched: a.matched + b.matched,
    undecided: a.undecided + b.undecided,
    evaluated: a.evaluated + b.evaluated,
  };
}

function countsOf({ counts, rules }: RuleSet): readonly RuleCount[] {
  return rules.map(({ id }, position) => ({
    rule: id,
    matched: counts.matched[position] ?? 0,
    undecided: counts.undecided[position] ?? 0,
    evaluated: counts.evaluated[position] ?? 0,
  }));
}
