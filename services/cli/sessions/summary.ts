/**
 * Owns: the head of a session: who, what for, where, when, how sure, and what may be missing, as
 * labels with lines of plain text.
 */
import type { SessionDetails } from './details.ts';
import { textAt } from './fields.ts';
import { formatDuration, formatTime } from './times.ts';
import { confidenceSentence, coverageSentence, endingWords, kindWords } from './words.ts';

export interface Fact {
  readonly label: string;
  readonly lines: readonly string[];
}

type Part = readonly [label: string, value: string | undefined];

/** Named parts that are there, each on a line or all on one. */
function present(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`.trim()]));
}

/** `certificate X509SHA256=…` */
function credentialOf(document: unknown): string | undefined {
  const parts = ['credential_type', 'credential_id'].map((key) =>
    textAt(document, `podwitness.actor.${key}`),
  );
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : said.join(' ');
}

/** What the cloud calls them: `aws AROA…:alice account 1234`. */
function cloudOf(document: unknown): string | undefined {
  const field = (name: string) => textAt(document, `podwitness.actor.cloud.${name}`);
  const said = present([
    ['', field('provider')],
    ['', field('principal')],
    ['role', field('canonical')],
    ['account', field('account')],
    ['session', field('session')],
    ['access key', field('access_key_id')],
  ]);
  return said.length === 0 ? undefined : said.join(' ');
}

/** Who it counts as, and who they really are where they acted as somebody else. */
function whoOf({ document, user }: SessionDetails): readonly string[] {
  const effective = textAt(document, 'user.effective.name');
  return [
    user ?? 'not known',
    ...present([
      ['acting as', effective],
      ['groups', textAt(document, 'user.roles')],
      ['groups of that user', textAt(document, 'user.effective.roles')],
      ['actor', textAt(document, 'podwitness.actor.kind')],
      ['cloud identity', cloudOf(document)],
      ['credential', credentialOf(document)],
      ['address', textAt(document, 'source.ip')],
      ['client', textAt(document, 'user_agent.original')],
    ]),
  ];
}

function whatOf({ document, kind, requestedCommand }: SessionDetails): readonly string[] {
  const parts = present([
    ['asked for', requestedCommand],
    ['ports', textAt(document, 'podwitness.request.ports')],
  ]);
  return [kindWords(kind), ...parts];
}

/** `payments/pay-0`, or what of it is known. */
export function podOf({ namespace, pod }: SessionDetails): string | undefined {
  if (namespace === undefined || pod === undefined) return pod ?? namespace;
  return `${namespace}/${pod}`;
}

function whereOf(session: SessionDetails): readonly string[] {
  const { cluster, container, document, node } = session;
  const image = textAt(document, 'podwitness.session.images');
  const workload = present([
    ['', textAt(document, 'podwitness.pod.workload_kind')],
    ['', textAt(document, 'podwitness.pod.workload')],
  ]);
  const lines = present([
    ['cluster', cluster],
    ['pod', podOf(session)],
    ['container', container],
    ['image', image ?? textAt(document, 'container.image.name')],
    ['workload', workload.length === 0 ? undefined : workload.join(' ')],
    ['node', node],
    ['environment', textAt(document, 'podwitness.environment')],
    ['team', textAt(document, 'podwitness.team')],
    ['owner', textAt(document, 'podwitness.owner')],
    ['criticality', textAt(document, 'podwitness.criticality')],
  ]);
  return lines.length === 0 ? ['not known'] : lines;
}

/** How long it was, or has been, as far as that is known. */
function lengthOf({ endedMs, requestedMs, startedMs }: SessionDetails): string {
  const from = startedMs ?? requestedMs;
  return from === undefined || endedMs === undefined
    ? ''
    : `, after ${formatDuration(endedMs - from)}`;
}

function endOf(session: SessionDetails): string {
  const { endedBy, endedMs, state } = session;
  if (state === 'open') return 'still open';
  if (endedMs === undefined && state === undefined) return 'whether it ended is not known';
  return `ended ${formatTime(endedMs)}${lengthOf(session)}: ${endingWords(endedBy)}`;
}

/** How new the record is. */
function recordOf({ lastSeenMs, revision }: SessionDetails): string {
  const which = revision === undefined ? 'not said' : String(revision);
  return `record: revision ${which}, latest evidence ${formatTime(lastSeenMs)}`;
}

function whenOf(session: SessionDetails): readonly string[] {
  const { requestedMs, startedMs } = session;
  return [
    `requested ${formatTime(requestedMs)}`,
    `began ${formatTime(startedMs)}`,
    ...[endOf(session), recordOf(session)],
  ];
}

/** What the record may lack, as sentences. */
export function missingOf({ commandCount, commands, coverage }: SessionDetails): readonly string[] {
  const lines = coverage.map(coverageSentence);
  const unlisted = commandCount - commands.length;
  return unlisted > 0
    ? [...lines, `${unlisted} of ${commandCount} commands are not listed.`]
    : lines;
}

function counted(count: number, what: string, of = ''): string {
  return `${count} ${what}${count === 1 ? '' : 's'}${of}`;
}

function countsOf(session: SessionDetails): readonly string[] {
  const { alertCount, commandCount, findingCount, maxLevel } = session;
  const highest = maxLevel === undefined || findingCount === 0 ? '' : `, the highest ${maxLevel}`;
  return [
    counted(commandCount, 'command'),
    counted(alertCount, 'alert', ' of Falco'),
    `${counted(findingCount, 'finding')}${highest}`,
  ];
}

/** `exec by bob as alice in payments/pay-0` */
export function titleOf(session: SessionDetails): string {
  const { document, kind = 'session', node, user = 'somebody' } = session;
  const effective = textAt(document, 'user.effective.name');
  const where = podOf(session) ?? (node === undefined ? undefined : `node ${node}`);
  return [
    `${kind} by ${user}`,
    ...present([
      ['as', effective],
      ['in', where],
    ]),
  ].join(' ');
}

/** The facts of the head, in the order in which one asks for them. */
export function summaryOf(session: SessionDetails): readonly Fact[] {
  const missing = missingOf(session);
  const facts: readonly Fact[] = [
    { label: 'Who', lines: whoOf(session) },
    { label: 'What', lines: whatOf(session) },
    { label: 'Where', lines: whereOf(session) },
    { label: 'When', lines: whenOf(session) },
    { label: 'Known', lines: countsOf(session) },
    { label: 'Sure', lines: [confidenceSentence(session.confidence)] },
    { label: 'Missing', lines: missing.length === 0 ? ['nothing that is known of'] : missing },
    { label: 'Files', lines: session.files },
    { label: 'Hosts', lines: session.hosts },
  ];
  return facts.filter(({ lines }) => lines.length > 0);
}
