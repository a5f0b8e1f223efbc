/**
 * Owns: the modifiers of Sigma v2.1.0: which there are, which go together, in which order.
 * Does not own: applying them to values (values.ts, transform.ts, lower.ts).
 */
import type { Comparison } from '../expression.ts';
import { nearestName } from '../../../../shared/domain/nearest.ts';
import { type Encoding, ENCODINGS, type Transform } from './transform.ts';
import { TIME_PARTS, type TimePart } from './time.ts';

/** What a test asks; each has its own modifiers that go with it. */
type Kind = 'equals' | 'regex' | 'compare' | 'cidr' | 'exists' | 'field';

export interface Modifiers {
  readonly kind: Kind;
  readonly transform: Transform;
  /** Of `compare`; with a time part and without a comparison: `eq`. */
  readonly operator: Comparison | 'eq';
  readonly part: TimePart | undefined;
  /** Of `regex`: i, m, s. */
  readonly flags: string;
  readonly expand: boolean;
  readonly all: boolean;
  readonly cased: boolean;
  readonly negated: boolean;
}
interface ModifierProblem {
  readonly kind: 'invalid';
  readonly reason: string;
  readonly remedy: string;
}

const COMPARISONS: readonly string[] = ['lt', 'lte', 'gt', 'gte'];
const OPENINGS: readonly string[] = ['contains', 'startswith', 'endswith'];
const FLAGS: readonly string[] = ['i', 'm', 's'];
const TEXTS: readonly string[] = [...OPENINGS, ...ENCODINGS, 'windash', 'expand', 'cased'];

/** Modifiers that give a value another type, and what each makes of the test. */
const KIND_OF: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...COMPARISONS.map((name) => [name, 'compare'] as const),
  ...TIME_PARTS.map((name) => [name, 'compare'] as const),
  ['re', 'regex'],
  ['cidr', 'cidr'],
  ['exists', 'exists'],
  ['fieldref', 'field'],
]);
/** What may stand beside them. */
const WITH: Readonly<Record<Kind, ReadonlySet<string>>> = {
  equals: new Set([...TEXTS, 'all', 'neq']),
  regex: new Set(['re', ...FLAGS, ...OPENINGS, 'all', 'neq']),
  compare: new Set([...COMPARISONS, ...TIME_PARTS, 'all', 'neq']),
  cidr: new Set(['cidr', 'expand', 'all', 'neq']),
  exists: new Set(['exists']),
  field: new Set(['fieldref', ...OPENINGS, 'cased', 'all', 'neq']),
};
const KNOWN: ReadonlySet<string> = new Set([...KIND_OF.keys(), ...FLAGS, ...WITH.equals]);

/** Base64 of Base64 is met; each more makes texts longer by a third. */
const MAX_BASE64 = 4;

/** Groups of which a test has one at most. */
const EXCLUSIVE: readonly (readonly string[])[] = [
  COMPARISONS,
  TIME_PARTS,
  OPENINGS,
  ['utf16le', 'utf16be', 'utf16', 'wide'],
];

/** @param names what follows the field name, `field|name|name` */
export function readModifiers(names: readonly string[]): Modifiers | ModifierProblem {
  const kind = names.map((name) => KIND_OF.get(name)).find((found) => found !== undefined);
  return (
    misspelt(names) ??
    clashing(names, kind ?? 'equals') ??
    misplaced(names) ??
    modifiersOf(names, kind ?? 'equals')
  );
}

function modifiersOf(names: readonly string[], kind: Kind): Modifiers {
  const has = (name: string): boolean => names.includes(name);
  const operator = names.find((name) => COMPARISONS.includes(name)) as Comparison | undefined;
  return {
    kind,
    transform: {
      dashes: has('windash'),
      encodings: names.filter((name): name is Encoding => ENCODINGS.includes(name)),
      open: {
        start: has('contains') || has('endswith'),
        end: has('contains') || has('startswith'),
      },
    },
    operator: operator ?? 'eq',
    part: TIME_PARTS.find(has),
    flags: FLAGS.filter(has).join(''),
    expand: has('expand'),
    all: has('all'),
    cased: has('cased'),
    negated: has('neq'),
  };
}

function misspelt(names: readonly string[]): ModifierProblem | undefined {
  const name = names.find((one) => !KNOWN.has(one));
  if (name === undefined) return undefined;
  const guess = nearestName(name, [...KNOWN]);
  const remedy = guess === undefined ? 'Take it out.' : `Did you mean "${guess}"?`;
  return { kind: 'invalid', reason: `Sigma has no modifier "${name}"`, remedy };
}

function clashing(names: readonly string[], kind: Kind): ModifierProblem | undefined {
  const other = names.find((name) => !WITH[kind].has(name));
  const isTwice = names.some((name, i) => name !== 'base64' && names.indexOf(name) !== i);
  const isDeep = names.filter((name) => name === 'base64').length > MAX_BASE64;
  const isBoth = EXCLUSIVE.some((group) => names.filter((name) => group.includes(name)).length > 1);
  if (other === undefined && !isTwice && !isDeep && !isBoth) return undefined;
  const remedy =
    other !== undefined && FLAGS.includes(other)
      ? `Write "re" before "${other}".`
      : `Use ${other === undefined ? 'one of them' : `"${other}"`} in a selection of its own.`;
  const reason = `the modifiers ${names.join(', ')} do not go together`;
  return { kind: 'invalid', reason, remedy };
}

/** They are applied in the order in which they are written, and some only make sense in one. */
function misplaced(names: readonly string[]): ModifierProblem | undefined {
  for (const [first, then] of ORDER) {
    const at = names.findIndex((name) => then.includes(name));
    const late = names.findLast((name) => first.includes(name));
    if (at === -1 || late === undefined || names.lastIndexOf(late) < at) continue;
    const reason = `the modifier "${late}" stands behind "${names[at] ?? ''}"`;
    return { kind: 'invalid', reason, remedy: `Write "${late}" first.` };
  }
  return undefined;
}

const ORDER: readonly (readonly [first: readonly string[], then: readonly string[]])[] = [
  [['re'], FLAGS],
  [['windash', 'expand'], ENCODINGS],
  [
    ['utf16le', 'utf16be', 'utf16', 'wide'],
    ['base64', 'base64offset'],
  ],
  [['base64'], ['base64offset']],
  [ENCODINGS, OPENINGS],
];
