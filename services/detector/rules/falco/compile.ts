/**
 * Owns: what is defined to rules in use (falco, rule_loader_compiler.cpp), and every reason why one is
 * not.
 * Does not own: the definitions (collection.ts), conditions (lower.ts).
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import { type Expression, predicatesOf } from '../expression.ts';
import { partOf } from '../fields.ts';
import type { AuditLevel, Level, Problem, Rule } from '../model.ts';
import { PRIORITIES, type Priority, type RuleOptions } from '../options.ts';
import type { Position } from '../position.ts';
import { matchesAlertsOf } from './alert-rule.ts';
import type { ResolvedCondition } from './ast.ts';
import type { DefinedRule } from './collection.ts';
import type { Output } from './definitions.ts';
import { withExceptions } from './exceptions.ts';
import type { ResolveField } from './fields/field.ts';
import { lowerCondition } from './lower.ts';
import { compileOutput } from './output.ts';
import { PlacedError } from './placed-error.ts';
import { LoweringError } from './subject.ts';
import { tagsWithAttack } from './tags.ts';
import type { Pieces } from './text.ts';
import { narrowsEventTypes, odditiesOf, odditiesOfOutput } from './warnings.ts';
import { ItemError } from './yaml.ts';

export interface CompiledRule {
  readonly rule: Rule;
  /** With its exceptions, lists and macros put in. */
  readonly condition: ResolvedCondition;
}

/** Reads a condition, lists and macros put in; throws PlacedError. */
export type ReadCondition = (pieces: Pieces) => ResolvedCondition;
export type Report = (
  path: string,
  at: Position,
  problem: Pick<Problem, 'kind' | 'reason' | 'remedy'>,
) => void;

export interface Compiling {
  readonly options: RuleOptions['falco'];
  /** Undefined for a source of which nothing comes here. */
  resolverOf(source: string): ResolveField | undefined;
  readonly readCondition: ReadCondition;
  readonly report: Report;
}

const SYSCALL = 'syscall';

/** Undefined with a problem where the rule can't be used. */
export function compileRule(defined: DefinedRule, compiling: Compiling): CompiledRule | undefined {
  const { at, path, source } = defined;
  const resolve = compiling.resolverOf(source);
  const fail = (place: Position, reason: string, kind: Problem['kind'] = 'invalid'): undefined => {
    const remedy = 'Mend or remove the rule.';
    compiling.report(path, place, { kind, reason, remedy });
  };
  if (resolve === undefined)
    return fail(at, `Unknown source ${source}, skipping`, 'not-applicable');
  try {
    const pieces = withExceptions(defined.parts.condition, defined.exceptions);
    const condition = compiling.readCondition(pieces);
    return compileFor(defined, condition, resolve, compiling);
  } catch (error) {
    if (error instanceof ItemError) return fail(error.at, error.message);
    if (error instanceof PlacedError) {
      const isSkipped = error.isUnknownField && defined.parts.skipIfUnknownFilter === true;
      return fail(error.place, error.message, isSkipped ? 'not-applicable' : 'invalid');
    }
    throw error;
  }
}

function compileFor(
  defined: DefinedRule,
  condition: ResolvedCondition,
  resolve: ResolveField,
  compiling: Compiling,
): CompiledRule {
  const { meaning } = compiling.options;
  const { output } = defined.parts;
  const isNode = defined.source === SYSCALL;
  const lowered = lowerCondition(condition, { resolve, meaning });
  const recorded: Expression =
    meaning === 'falco' ? { kind: 'as-recorded', operand: lowered } : lowered;
  const rule: Rule = {
    ...describe(defined, compiling.options.minimumPriority),
    kinds: isNode ? ['alert'] : ['audit'],
    condition: isNode ? matchesAlertsOf(defined.name) : recorded,
    ...(isNode ? {} : auditLevelOf(lowered)),
    output: templateOf(output, resolve),
  };
  warn(defined, condition, resolve, compiling.report);
  return { rule, condition };
}

function templateOf({ at, text }: Output, resolve: ResolveField) {
  // Extra text that Falco itself no longer replaces by anything.
  const written = text.replaceAll('%container.info', '');
  try {
    return compileOutput(written, resolve);
  } catch (error) {
    if (!(error instanceof LoweringError)) throw error;
    throw new PlacedError(error.message, at, error.isUnknownField);
  }
}

function warn(
  { at, parts, path, source }: DefinedRule,
  condition: ResolvedCondition,
  resolve: ResolveField,
  report: Report,
): void {
  const warning = (place: Position, reason: string, remedy: string): void =>
    report(path, place, { kind: 'warning', reason, remedy });
  for (const { check, reason, remedy } of odditiesOf(condition, resolve)) {
    warning(check?.place ?? at, reason, remedy);
  }
  for (const reason of odditiesOfOutput(parts.output.text)) {
    warning(parts.output.at, reason, 'Take it out.');
  }
  if (source === SYSCALL && parts.warnEvttypes !== false && !narrowsEventTypes(condition)) {
    const reason =
      'Rule matches too many evt.type values. This has a significant performance penalty.';
    warning(at, reason, 'Ask for evt.type, or write warn_evttypes: false.');
  }
}

const LEVELS: Readonly<Record<Priority, Level>> = {
  ...{ emergency: 'critical', alert: 'critical', critical: 'critical', error: 'high' },
  ...{ warning: 'medium', notice: 'low', informational: 'informational', debug: 'informational' },
};

function describe(
  { at, name, parts, path }: DefinedRule,
  minimum: Priority,
): Omit<Rule, 'kinds' | 'condition'> {
  const { desc, enabled, priority, tags = [] } = parts;
  const isBelow = PRIORITIES.indexOf(priority) > PRIORITIES.indexOf(minimum);
  return {
    ...{ id: contentId(['falco rule', name]), title: name, ruleset: 'falco', language: 'falco' },
    ...{ path, at, references: [], falsePositives: [], level: LEVELS[priority] },
    ...(desc === undefined ? {} : { description: desc.trim() }),
    tags: tagsWithAttack(tags),
    ...(enabled === false || isBelow ? { isDisabled: true } : {}),
  };
}

/** By the bodies that the condition asks for. */
function auditLevelOf(condition: Expression): { readonly auditLevel: AuditLevel } {
  const parts = new Set(
    predicatesOf(condition).flatMap(({ field }) => {
      if (field.kind === 'words') return [];
      return (field.kind === 'path' ? field.paths : field.from).map(partOf);
    }),
  );
  if (parts.has('responseObject')) return { auditLevel: 'RequestResponse' };
  return { auditLevel: parts.has('requestObject') ? 'Request' : 'Metadata' };
}
