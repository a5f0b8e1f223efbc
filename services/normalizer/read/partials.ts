/**
 * Owns: putting together what a container runtime split because it was long: records of neighbours
 * that each hold a piece of one line (CRI's tag P as a shipper's `logtag`; Docker's 16 KiB pieces).
 */
import type { JsonObject } from './leaf.ts';
import { isObject, type Node, textMember } from './node.ts';
import { scanValue } from './scan.ts';

const DOCKER_KEYS = new Set(['log', 'stream', 'time', 'attrs', 'date', 'kubernetes', 'docker']);

/** Docker ends a line with its line break; what has none goes on in the next record. */
function isDockerPiece(record: JsonObject, log: string): boolean {
  if (log.endsWith('\n') || !Object.keys(record).every((key) => DOCKER_KEYS.has(key))) return false;
  return log.startsWith('{') && scanValue(log, 0).kind === 'cut';
}

/** Does the record's line go on in the next of its stream? */
function isPiece(value: unknown): value is JsonObject {
  const log = textMember(value, 'log');
  if (log === undefined || !isObject(value)) return false;
  const tag = textMember(value, 'logtag');
  return tag === undefined ? isDockerPiece(value, log) : tag === 'P';
}

/** Pieces of one line, by the stream that they are of. */
function sourceOf(value: unknown): string {
  const kubernetes = isObject(value) ? value['kubernetes'] : undefined;
  const pod = textMember(kubernetes, 'pod_name') ?? '';
  const container = textMember(kubernetes, 'container_name') ?? '';
  return JSON.stringify([textMember(value, 'stream') ?? '', pod, container]);
}

interface Started {
  readonly first: Node;
  readonly logs: string[];
}

function joined({ first, logs }: Started): Node {
  return { ...first, value: { ...(first.value as JsonObject), log: logs.join('') } };
}

/** Does a record go on with a line that an earlier one began, and does the line go on after it? */
function continues(
  value: unknown,
  log: string,
): { readonly is: boolean; readonly goesOn: boolean } {
  const tag = textMember(value, 'logtag');
  if (tag !== undefined) return { is: true, goesOn: tag === 'P' };
  // Without tags a whole document is a line of its own: the one before was cut for good.
  const isWhole = log.startsWith('{') && scanValue(log, 0).kind === 'whole';
  return { is: !isWhole, goesOn: !log.endsWith('\n') };
}

function add(node: Node, started: Map<string, Started>, result: Node[]): void {
  const log = textMember(node.value, 'log');
  const source = sourceOf(node.value);
  const before = log === undefined ? undefined : started.get(source);
  if (log !== undefined && before !== undefined) {
    const { is, goesOn } = continues(node.value, log);
    if (is) before.logs.push(log);
    if (is && goesOn) return;
    started.delete(source);
    result.push(joined(before));
    if (is) return;
  }
  if (log !== undefined && isPiece(node.value)) started.set(source, { first: node, logs: [log] });
  else result.push(node);
}

/** The nodes with pieces joined, each where its last piece was; what never ended comes at the end. */
export function joinPartials(nodes: readonly Node[]): readonly Node[] {
  if (!nodes.some(({ value }) => isPiece(value))) return nodes;
  const started = new Map<string, Started>();
  const result: Node[] = [];
  for (const node of nodes) add(node, started, result);
  return [...result, ...[...started.values()].map(joined)];
}
