/**
 * Owns: comparisons of a time with now, in a query that looks back over a stretch of time.
 *
 * The stream has no clock: each event is looked at once, when it comes. A scheduled query's
 * `@timestamp > NOW() - 1 hour` says only over what it runs, so it is true here. Whatever else asks for
 * the time can't be answered.
 */
import type { Ast } from './ast.ts';
import { unsupported } from '../fault.ts';

const TIMES: ReadonlySet<string> = new Set([
  ...['@timestamp', 'event.ingested', 'event.created'],
  ...['kubernetes.audit.requestReceivedTimestamp', 'kubernetes.audit.stageTimestamp'],
]);
/** Kibana fills in the time that a rule or a page looks at. */
const BOUNDS: Readonly<Record<string, 'past' | 'now'>> = { _tstart: 'past', _tend: 'now' };

/** Whether the comparison only bounds the time over which the query looks. */
export function isLookback(ast: Extract<Ast, { kind: 'comparison' }>): boolean {
  const { left, operator, right } = ast;
  const isTime = (side: Ast) => side.kind === 'name' && TIMES.has(side.name);
  const isTurned = isTime(right);
  if (!isTurned && !isTime(left)) return false;
  const bound = boundOf(isTurned ? left : right);
  if (bound === undefined) return false;
  const isLater = operator.startsWith(isTurned ? '<' : '>');
  return isLater ? bound !== 'future' : operator !== '!=' && operator !== '==' && bound !== 'past';
}

/** Where a time lies that is reckoned from now; undefined for what is not. */
function boundOf(ast: Ast): 'past' | 'now' | 'future' | undefined {
  if (ast.kind === 'parameter')
    return Object.hasOwn(BOUNDS, ast.name) ? BOUNDS[ast.name] : undefined;
  if (ast.kind === 'call' && ast.name === 'NOW' && ast.args.length === 0) return 'now';
  if (ast.kind !== 'arithmetic' || !isSpan(ast.right)) return undefined;
  const from = boundOf(ast.left);
  if (ast.operator === '-') return from === 'future' ? undefined : from && 'past';
  return ast.operator === '+' && from !== 'past' ? from && 'future' : undefined;
}

function isSpan({ kind, ...rest }: Ast): boolean {
  return kind === 'constant' && 'value' in rest && typeof rest.value === 'object';
}

export function noClock(offset: number, what: string): Error {
  const remedy = 'Compare @timestamp with NOW() minus a span, or leave it out.';
  return unsupported(offset, `${what} needs the time, and the stream has no clock`, remedy);
}
