/**
 * Owns: what the items of Falco's rule files say, each by itself. Plain data.
 * Does not own: reading them (read-items.ts), what they make together (collection.ts).
 */
import type { Priority } from '../options.ts';
import type { Position } from '../position.ts';
import type { Pieces } from './text.ts';

interface Named {
  readonly name: string;
  readonly path: string;
  readonly at: Position;
}

export interface ListItem extends Named {
  readonly kind: 'list';
  readonly items: readonly string[];
  readonly isAppended: boolean;
}

export interface MacroItem extends Named {
  readonly kind: 'macro';
  readonly condition: Pieces;
  readonly isAppended: boolean;
}

/** `fields: a` with values of one text each, or `fields: [a, b]` with values of two. */
export interface ExceptionItem {
  readonly name: string;
  readonly at: Position;
  readonly fields: Entries | undefined;
  readonly comps: Entries | undefined;
  readonly values: readonly Entries[];
}
/** A text, or a list of them; of values, a list may hold lists. */
export type Entries = string | readonly Entries[];

export interface Output {
  readonly text: string;
  readonly at: Position;
}

/** What one item may say of a rule; all but the source may be replaced. */
export interface RuleParts {
  readonly condition?: Pieces;
  readonly output?: Output;
  readonly desc?: string;
  readonly priority?: Priority;
  readonly tags?: readonly string[];
  readonly exceptions?: readonly ExceptionItem[];
  readonly enabled?: boolean;
  readonly warnEvttypes?: boolean;
  readonly skipIfUnknownFilter?: boolean;
}

export interface RuleItem extends Named {
  readonly kind: 'rule';
  readonly source: string;
  readonly parts: RuleParts & Required<Pick<RuleParts, 'condition' | 'output' | 'priority'>>;
}

/** Changes a rule that is there. */
export interface UpdateItem extends Named {
  readonly kind: 'update';
  /** As written; undefined: as the rule has it. */
  readonly source: string | undefined;
  readonly append: RuleParts;
  readonly replace: RuleParts;
  readonly hasAppend: boolean;
  readonly hasReplace: boolean;
}

/** `enabled` alone. */
export interface EnableItem extends Named {
  readonly kind: 'enable';
  readonly enabled: boolean;
}

export type DefinitionItem = ListItem | MacroItem | RuleItem | UpdateItem | EnableItem;
