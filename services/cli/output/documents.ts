/**
 * Owns: how documents are shown: one JSON object a line for machines, a table for people.
 */
import type { CollectionName } from '../../../shared/domain/collections.ts';
import { valuesAt } from '../../../shared/domain/field-path.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { type Column, formatTable } from './table.ts';

export type OutputFormat = 'table' | 'ndjson';

/** Table on a terminal, NDJSON elsewhere, unless the user chose. Throws FatalError (usage). */
export function outputFormat(chosen: string | undefined, isTerminal: boolean): OutputFormat {
  if (chosen === 'table' || chosen === 'ndjson') return chosen;
  if (chosen !== undefined) {
    throw new FatalError(`--output ${chosen}: choose table or ndjson`, { code: 'usage' });
  }
  return isTerminal ? 'table' : 'ndjson';
}

function column(title: string, field: string, maxWidth: number): Column<StoredDocument> {
  return { title, maxWidth, cell: (document) => valuesAt(document, field).map(String).join(',') };
}

const TIME = column('TIME', '@timestamp', 27);
const CLUSTER = column('CLUSTER', 'orchestrator.cluster.name', 20);
const MESSAGE = column('MESSAGE', 'message', 120);

/** With what keeps it from being alerted, if anything: `high (test)`. */
function levelOf(document: StoredDocument): string {
  const [level = '', mode = 'active'] = ['level', 'mode'].map((key) =>
    valuesAt(document, `podwitness.finding.${key}`).map(String).join(','),
  );
  return mode === 'active' || mode === '' ? level : `${level} (${mode})`;
}

/** `cluster namespace/pod (container)`, or the node for what is in no pod. */
function placeOf(document: StoredDocument): string {
  const at = (field: string) => valuesAt(document, field).map(String).join(',');
  const [cluster, node] = [at('orchestrator.cluster.name'), at('host.name')];
  const pod = [at('kubernetes.namespace'), at('kubernetes.pod.name')].filter(Boolean).join('/');
  const container = at('container.name');
  const inside = container === '' ? pod : `${pod} (${container})`;
  return [cluster, pod === '' ? node : inside].filter(Boolean).join(' ');
}

const HAPPENED: readonly Column<StoredDocument>[] = [
  TIME,
  CLUSTER,
  column('DATASET', 'event.dataset', 22),
  column('OUTCOME', 'event.outcome', 8),
  MESSAGE,
];

const COLUMNS: Readonly<Record<CollectionName, readonly Column<StoredDocument>[]>> = {
  // `query events` shows both in one table.
  events: HAPPENED,
  activity: HAPPENED,
  findings: [
    TIME,
    { title: 'LEVEL', maxWidth: 24, cell: levelOf },
    column('RULE', 'rule.name', 40),
    CLUSTER,
    MESSAGE,
  ],
  sessions: [
    column('TIME', '@timestamp', 24),
    column('STATE', 'podwitness.session.state', 6),
    column('KIND', 'podwitness.session.kind', 12),
    column('USER', 'user.name', 24),
    { title: 'WHERE', maxWidth: 48, cell: placeOf },
    column('COMMANDS', 'podwitness.session.command_count', 8),
    column('CONFIDENCE', 'podwitness.session.confidence', 10),
    column('MESSAGE', 'message', 100),
  ],
  alerts: [TIME, column('STATE', 'podwitness.alert.state', 8), CLUSTER, MESSAGE],
};

/** The documents as text with a trailing line break; the empty text for none as NDJSON. */
export function formatDocuments(
  collection: CollectionName,
  documents: readonly StoredDocument[],
  format: OutputFormat,
): string {
  if (format === 'ndjson') return documents.map((d) => `${JSON.stringify(d)}\n`).join('');
  if (documents.length === 0) return `No ${collection} found.\n`;
  return `${formatTable(COLUMNS[collection], documents)}\n`;
}
