/**
 * Owns: docs/reference/topics.md: the table of topics, and every field of every version of their
 * schemas, with its description.
 * Does not own: the topics (schemas/topics.ts), the schemas, any sentence of theirs.
 */
import { AVRO_SCHEMAS, type SchemaName } from '../../../schemas/generated/avro.ts';
import { TOPICS, type TopicName } from '../../../schemas/topics.ts';

const DAY_MS = 86_400_000;

const INTRODUCTION = `\`podwitness setup\` makes these topics, with \`kafka.topicPrefix\` before their names. Keys are text.
Values are Avro: in single-object encoding, or, with \`kafka.schemaRegistry.url\`, in Confluent's wire
format. [How to read them](../consuming.md). A sender may repeat an event: whoever counts or writes
deduplicates by \`event.id\`. Topics that are internal promise nothing to others.

With \`kafka.jsonTopics\` there is a copy of \`audit.events\` and \`audit.findings\` as JSON, in topics of
the same names that end in \`.json\`: same keys, partitions, retention, in the same transactions.

Topics whose value is *state* are changelogs: a worker's own memory, compacted by key, from which it
is restored on another machine. Their values are the worker's own bytes, without a schema, and
change with any release. Nobody else can use them; deleting one loses what the worker remembers.`;

const VERSIONS = `Versions of a schema only grow: each reads what every other one wrote (FULL_TRANSITIVE), and a
released one never changes. \`since\` is the version that brought the field; values of an older one
are read with its default.`;

type AvroType =
  | string
  | readonly AvroType[]
  | {
      readonly type: AvroType;
      readonly logicalType?: string;
      readonly items?: AvroType;
      readonly symbols?: readonly string[];
    };

interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc: string;
  readonly default?: unknown;
}

interface AvroRecord {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly AvroField[];
}

/** A cell of a table can hold neither a line break nor a bare bar. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function typeText(type: AvroType): string {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return (type as readonly AvroType[]).map(typeText).join(' or ');
  const {
    items,
    logicalType,
    symbols,
    type: name,
  } = type as Exclude<AvroType, string | readonly AvroType[]>;
  if (symbols !== undefined) return `enum: ${symbols.join(', ')}`;
  if (items !== undefined) return `array of ${typeText(items)}`;
  return logicalType === undefined ? typeText(name) : `${typeText(name)} (${logicalType})`;
}

interface Lived {
  readonly field: AvroField;
  readonly since: number;
  readonly until: number | undefined;
}

/** Every field that a version has or had, in the order in which they came. */
function livedFields(versions: readonly AvroRecord[]): readonly Lived[] {
  const lived = new Map<string, Lived>();
  for (const [i, { fields }] of versions.entries()) {
    for (const field of fields) {
      const since = lived.get(field.name)?.since ?? i + 1;
      const isLast = i === versions.length - 1;
      lived.set(field.name, { field, since, until: isLast ? undefined : i + 1 });
    }
  }
  return [...lived.values()];
}

function fieldRow({ field, since, until }: Lived): string {
  const { doc, name, type } = field;
  const standard = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
  const lives = until === undefined ? `v${since}` : `v${since} to v${until}`;
  return `| ${[`\`${name}\``, typeText(type), standard, lives, doc].map(cell).join(' | ')} |`;
}

function schemaSection(name: SchemaName): string {
  const versions = AVRO_SCHEMAS[name].map((text) => JSON.parse(text) as AvroRecord);
  const topics = (Object.keys(TOPICS) as TopicName[]).filter((t) => TOPICS[t].schema === name);
  const newest = versions.at(-1);
  return [
    `## ${name}`,
    '',
    `${newest?.doc} In ${topics.map((topic) => `\`${topic}\``).join(', ')}; newest: v${versions.length}.`,
    '',
    '| field | type | default | since | what it holds |',
    '|---|---|---|---|---|',
    ...livedFields(versions).map(fieldRow),
  ].join('\n');
}

function topicRow([name, topic]: readonly [string, (typeof TOPICS)[TopicName]]): string {
  const cells = [
    `\`${name}\``,
    topic.schema ?? 'state',
    topic.key,
    String(topic.partitions),
    topic.cleanup,
    `${topic.retentionMs / DAY_MS} days`,
    topic.producers.join(', '),
    topic.consumers.join(', '),
    topic.internal ? 'yes' : 'no',
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

/** The whole page; `made` is the line that says who made it. */
export function topicsPage(made: string): string {
  const rows = Object.entries(TOPICS).map(topicRow);
  const head =
    '| topic | value | key | partitions | cleanup | kept | written by | read by | internal |';
  const table = [head, '|---|---|---|---|---|---|---|---|---|', ...rows].join('\n');
  const sections = (Object.keys(AVRO_SCHEMAS) as SchemaName[]).map(schemaSection).join('\n\n');
  return `# Topics\n\n${made}\n\n${INTRODUCTION}\n\n${table}\n\n${VERSIONS}\n\n${sections}\n`;
}
