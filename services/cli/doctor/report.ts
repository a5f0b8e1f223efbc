/**
 * Owns: how a diagnosis is told: tables and sentences for people, one JSON object a line for machines.
 */
import type { SourceLabel } from '../../../shared/domain/sources.ts';
import { timeText } from '../deadletter/format.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { type Column, formatTable } from '../output/table.ts';
import { type Diagnosis, problems } from './diagnose.ts';
import type { Example } from './examples.ts';
import { type Fate, noFate } from './fate.ts';
import type { Row } from './recount.ts';

interface Line extends Row, Fate {
  readonly source: string;
}

const NO_ROW: Row = {
  ...{ bodies: 0, records: 0, bytes: 0, pending: 0, items: 0, emitted: 0, repeats: 0 },
  dropped: {},
  rejected: {},
};

function lines({ fates, rows }: Diagnosis): readonly Line[] {
  const sources: readonly SourceLabel[] = [...new Set([...rows.keys(), ...fates.keys()])];
  return sources.map((source) => ({
    source,
    ...(rows.get(source) ?? NO_ROW),
    ...(fates.get(source) ?? noFate()),
  }));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}

function column(title: string, cell: (line: Line) => string | number): Column<Line> {
  return { title, maxWidth: 12, cell: (line) => String(cell(line)) };
}

const ALWAYS: readonly Column<Line>[] = [
  column('SOURCE', ({ source }) => (source === 'none' ? '(other)' : source)),
  column('BODIES', ({ bodies }) => bodies),
  column('RECORDS', ({ records }) => records),
  column('RECEIVED', ({ items }) => items),
  column('EMITTED', ({ emitted }) => emitted),
  column('DROPPED', ({ dropped }) => sum(dropped)),
  column('REJECTED', ({ rejected }) => sum(rejected)),
  column('REPEATS', ({ repeats }) => repeats),
  column('INDEXED', ({ indexed }) => indexed),
  column('LOST', ({ lost }) => lost),
];

/** Shown where there is any: a terminal is not that wide. */
const SOMETIMES = ['pending', 'waiting', 'refused', 'expired', 'curable', 'unstored'] as const;

function columnsFor(all: readonly Line[]): readonly Column<Line>[] {
  const some = SOMETIMES.filter((name) => all.some((line) => line[name] > 0));
  return [...ALWAYS, ...some.map((name) => column(name.toUpperCase(), (line) => line[name]))];
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}

function reasons(all: readonly Line[]): readonly string[] {
  return all.flatMap(({ dropped, rejected, source }) => [
    ...(sum(dropped) > 0 ? [`  ${source} dropped: ${list(dropped)}`] : []),
    ...(sum(rejected) > 0 ? [`  ${source} rejected: ${list(rejected)}`] : []),
  ]);
}

function exampleText({ cluster, id, place, sender, source, time, what }: Example): string {
  const names = { event: 'no event', letter: 'no dead letter', document: 'no document' };
  const who = [source, cluster, sender].filter((text) => text !== '').join(' / ');
  return escapeForTerminal(`  ${names[what]} ${id}  ${place}  ${timeText(time)}  ${who}`);
}

/** Each with what to do; empty: nothing is missing. */
export function sentences(diagnosis: Diagnosis): readonly string[] {
  const { altered = 0, doubles = 0, gaps = 0, lost = 0, unstored = 0 } = problems(diagnosis);
  const say = (n: number, text: string): readonly string[] => (n > 0 ? [`${n} ${text}`] : []);
  return [
    ...say(
      lost,
      'LOST: the normalizer is past their records, and they are in no topic behind it. The bytes are in audit.raw. This is a bug, or somebody deleted records: please report it with the places above.',
    ),
    ...say(
      unstored,
      'NOT IN THE STORE although the indexer is past them: deleted there (retention, or by hand), or lost by it. They are in audit.events as long as its retention lasts.',
    ),
    ...say(
      altered,
      'records of audit.raw ARE NOT AS THEY WERE WRITTEN: somebody changed them or another producer writes there. Compare with a backup, and look at who may write to the topic.',
    ),
    ...say(
      gaps,
      'numbers of collectors ARE MISSING in audit.raw: records were taken out, or a log lost what it had acknowledged. Senders that were answered 503 are not among them.',
    ),
    ...say(doubles, 'ids have MORE THAN ONE DOCUMENT: somebody else writes to the data streams.'),
  ];
}

function chainText({ chain }: Diagnosis): string {
  const { altered, collectors, copies, gaps, records, refused, unlinked } = chain;
  const state = altered + unlinked + gaps === 0 ? 'unbroken' : 'BROKEN';
  return `Chain     ${state}: ${records} records of ${collectors} collectors, ${refused} refused with 503, ${copies} copies, ${altered} altered, ${unlinked} unlinked, ${gaps} missing`;
}

function findingsText({ findings }: Diagnosis): string {
  const { indexed, refused, unstored, waiting } = findings;
  return `Findings  ${indexed} indexed, ${waiting} waiting, ${refused} refused, ${unstored} not in the store`;
}

function lettersText({ letters, lostLetters }: Diagnosis): string {
  const total = letters.counts.reduce((n, { count }) => n + count, 0);
  const by = letters.counts.map(({ code, count, stage }) => `${stage} ${code} ${count}`).join(', ');
  const curable =
    letters.curable > 0
      ? `; ${letters.curable} would be read today: podwitness deadletter replay --stage normalizer`
      : '';
  return `Letters   ${total}${by === '' ? '' : ` (${by})`}, ${lostLetters} missing${curable}`;
}

function lagText({ lags }: Diagnosis): string {
  return `Behind    ${lags.map(({ stage, waiting }) => `${stage} ${waiting}`).join(', ')}`;
}

function doublesText({ doubles }: Diagnosis): string {
  return `Doubles   ${doubles.found.length} of ${doubles.looked} ids looked at`;
}

export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { chain, examples, window } = diagnosis;
  const all = lines(diagnosis);
  const until = Number.isFinite(window.until) ? timeText(window.until) : 'now';
  const wrong = sentences(diagnosis);
  return [
    `From ${timeText(window.since)} until ${until}, by what is in audit.raw. RECEIVED = EMITTED + DROPPED + REJECTED;`,
    'what is EMITTED and no REPEAT is INDEXED, or else WAITING, REFUSED, EXPIRED, CURABLE, LOST or UNSTORED.',
    '',
    all.length === 0 ? 'Nothing was received.' : formatTable(columnsFor(all), all),
    ...reasons(all),
    '',
    findingsText(diagnosis),
    lettersText(diagnosis),
    chainText(diagnosis),
    doublesText(diagnosis),
    lagText(diagnosis),
    ...(examples.length > 0 ? ['', ...examples.map(exampleText)] : []),
    ...chain.examples.map((text) => escapeForTerminal(`  chain: ${text}`)),
    '',
    ...(wrong.length === 0 ? ['Nothing is missing.'] : wrong),
    '',
  ].join('\n');
}

/** One object a line; the last says whether anything is missing. */
export function diagnosisLines(diagnosis: Diagnosis): readonly object[] {
  const { chain, doubles, examples, findings, lags, letters, lostLetters, window } = diagnosis;
  const { since, until } = window;
  return [
    ...lines(diagnosis).map((line) => ({ kind: 'source', ...line })),
    { kind: 'findings', ...findings },
    ...letters.counts.map((count) => ({ kind: 'letters', ...count })),
    { kind: 'chain', ...chain },
    { kind: 'doubles', looked: doubles.looked, ids: doubles.found },
    ...lags.map((lag) => ({ kind: 'behind', ...lag })),
    ...examples.map((example) => ({ kind: 'missing', ...example })),
    {
      ...{ kind: 'summary', since, until: Number.isFinite(until) ? until : null },
      ...{ lostLetters, curableLetters: letters.curable, problems: problems(diagnosis) },
      sentences: sentences(diagnosis),
    },
  ];
}
