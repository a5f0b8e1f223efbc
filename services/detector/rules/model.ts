/**
 * Owns: what a detection rule is, whatever language it was written in, and what a problem in a rule
 * file is. Plain data.
 * Does not own: conditions (expression.ts), languages (sigma/, falco/, elastic/), evaluating (engine/).
 */
import type { Expression, Field } from './expression.ts';
import type { Position } from './position.ts';

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

/** Which collection a rule came from; ECS `rule.ruleset`. */
export type Ruleset = 'bundled' | 'sigma' | 'falco' | 'elastic';
/** What a rule's condition is written in. */
export type Language = 'sigma' | 'falco' | 'kql' | 'eql' | 'esql';

/** Kinds of records in audit.events that rules are matched with (`kind` of an AuditEvent). */
export const EVENT_KINDS = ['audit', 'process', 'alert', 'coverage'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Levels of an audit policy that write an event, each with more of the request than the one before. */
export const AUDIT_LEVELS = ['Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof AUDIT_LEVELS)[number];

export interface RuleFile {
  readonly path: string;
  readonly text: string;
  /** Absent: told by what is in it. */
  readonly ruleset?: Ruleset;
}

/**
 * Why a rule is not in use. `invalid`: it breaks its language; `unsupported`: it needs something
 * that this engine does not have; `not-applicable`: it is for other events than ours; `warning`: it
 * is in use, and something about it is odd.
 */
export interface Problem extends Position {
  readonly kind: 'invalid' | 'unsupported' | 'not-applicable' | 'warning';
  readonly path: string;
  readonly reason: string;
  readonly remedy: string;
}

export interface Rule {
  /** The rule's own id; where it has none, a hash of its language and name. */
  readonly id: string;
  readonly title: string;
  readonly ruleset: Ruleset;
  readonly language: Language;
  readonly path: string;
  readonly at: Position;
  readonly description?: string;
  readonly status?: string;
  readonly author?: string;
  readonly references: readonly string[];
  /** As Sigma writes them: `attack.execution`, `attack.t1609`, … whatever the language. */
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  /** What to do about a finding; a paragraph. */
  readonly runbook?: string;
  readonly level: Level;
  /** Instead of `level` where the inventory gives the place this criticality. */
  readonly levelByCriticality?: Readonly<Record<string, Level>>;
  /** The least that the audit policy must record for the rule to see what it is about. */
  readonly auditLevel?: AuditLevel;
  /** Which records it is matched with. */
  readonly kinds: readonly EventKind[];
  readonly condition: Expression;
  /**
   * It needs more than one event (a correlation, a sequence, a count): it is listed, its condition is
   * what can be said of one event, and alone it makes no finding. The text says what it needs.
   */
  readonly needsState?: string;
  /** Text with `%field` in it, as Falco writes it; makes the finding's message. */
  readonly output?: OutputTemplate;
  /** The rule is switched off by itself: listed, never matched. */
  readonly isDisabled?: boolean;
}

/** What a loader made of its files. */
export interface Loaded {
  readonly rules: readonly Rule[];
  readonly problems: readonly Problem[];
}

/** Literal texts and fields in turn. A field without a value gives `absent`. */
export interface OutputTemplate {
  readonly parts: readonly (string | OutputField)[];
  readonly absent: string;
}
interface OutputField {
  /** As written, for people. */
  readonly name: string;
  readonly field: Field;
}
