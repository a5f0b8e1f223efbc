/**
 * Owns: the inventory file (YAML): clusters, their namespaces, and to whom they belong.
 * Does not own: which entry counts for an event (services/normalizer/enrich/inventory.ts).
 */
import { isMap, isNode, isPair, LineCounter, type Document, parseDocument } from 'yaml';
import { z } from 'zod';
import { nearestName } from '../domain/nearest.ts';

const text = () => z.string().min(1).max(1024);

const ownership = {
  environment: text().optional(),
  team: text().optional(),
  owner: text().optional(),
  criticality: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  labels: z.record(text(), text()).optional(),
};

const namespace = z.strictObject({ name: text(), ...ownership });
const cluster = z.strictObject({
  ...namespace.shape,
  namespaces: z.array(namespace).optional(),
});
const inventory = z.strictObject({ clusters: z.array(cluster) });

const KEYS = [...Object.keys(cluster.shape), ...Object.keys(inventory.shape)];

/** An entry for each cluster name, or pattern with `*`. */
export type ClusterInventory = z.infer<typeof inventory>['clusters'];

/** `line` from 1. */
interface InventoryProblem {
  readonly line: number;
  readonly message: string;
}

export type InventoryReading =
  | { readonly ok: true; readonly clusters: ClusterInventory }
  | { readonly ok: false; readonly problems: readonly InventoryProblem[] };

type Path = readonly PropertyKey[];

/** Where the value at the path begins, or the key of that name in it, or what holds it. */
function offsetOf(document: Document, path: Path, key?: string): number {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (key !== undefined && isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && String(item.key) === key);
    if (isNode(pair?.key)) return pair.key.range?.[0] ?? 0;
  }
  if (isNode(node)) return node.range?.[0] ?? 0;
  return path.length === 0 ? 0 : offsetOf(document, path.slice(0, -1));
}

function unknownKey(key: string): string {
  const guess = nearestName(key, KEYS);
  const remedy = guess === undefined ? `take it out; keys are ${KEYS.join(', ')}` : '';
  return `unknown key ${key}: ${guess === undefined ? remedy : `did you mean ${guess}?`}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  criticality: 'one of low, medium, high, critical',
  clusters: 'a list of entries with name',
  namespaces: 'a list of entries with name',
  labels: 'names with texts, such as region: eu',
};

/** Values are not quoted: the path may name another file by mistake. */
function expected(path: Path): string {
  const name = path.findLast((part) => typeof part === 'string') ?? 'the file';
  const kind =
    EXPECTED[String(name)] ?? 'a text of up to 1024 characters, in quotes where in doubt';
  return path.length === 0
    ? 'the file holds no keys: it begins with clusters:'
    : `${path.map(String).join('.')}: expected ${kind}`;
}

function problemsOf(
  issue: z.core.$ZodIssue,
  document: Document,
  lineAt: (offset: number) => number,
): readonly InventoryProblem[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ line: lineAt(offsetOf(document, issue.path)), message: expected(issue.path) }];
  }
  return issue.keys.map((key) => ({
    line: lineAt(offsetOf(document, issue.path, key)),
    message: unknownKey(key),
  }));
}

/** The document as plain values; YAML that names too much by aliases has none. */
function plain(document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

/** Never throws: all that is wrong is a problem. */
export function readInventory(yaml: string): InventoryReading {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const message = ({ code }: { code: string }) =>
      `not valid YAML (${code}): look at indents, quotes and keys that come twice`;
    const problems = faults.map((fault) => ({
      line: lineAt(fault.pos[0]),
      message: message(fault),
    }));
    return { ok: false, problems };
  }
  const parsed = inventory.safeParse(plain(document));
  if (parsed.success) return { ok: true, clusters: parsed.data.clusters };
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, document, lineAt));
  return { ok: false, problems };
}
