/**
 * Owns: what happened in a session, in order: request, start, who attached, commands, alerts of
 * Falco, findings, end. Nothing is left out or put together here.
 * Does not own: what is folded for people (fold.ts).
 */
import type {
  AlertDetails,
  AttacherDetails,
  CommandDetails,
  FindingDetails,
  SessionDetails,
} from './details.ts';
import { endingWords, kindWords } from './words.ts';

/** Also the order of what happened at one time. */
const ENTRY_KINDS = [
  'request',
  'start',
  'attach',
  'command',
  'alert',
  'finding',
  'detach',
  'end',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface Entry {
  readonly kind: EntryKind;
  /** ms since the epoch; undefined: not known, such entries come last. */
  readonly timeMs: number | undefined;
  /** ms since the session was asked for. */
  readonly offsetMs: number | undefined;
  /** How sure it is that it is of this session; for commands and alerts. */
  readonly confidence: string | undefined;
  /** Level of a finding, priority of an alert. */
  readonly level: string | undefined;
  /** What keeps a finding from being alerted. */
  readonly mode?: string | undefined;
  /** Short facts, in words that are ours: `pid 42`. */
  readonly facts: readonly string[];
  readonly text: string;
  /** Whole sentences about it. */
  readonly notes: readonly string[];
  /** Ids of the other sessions that it may be of. */
  readonly others: readonly string[];
  /** It ran when the session had ended. */
  readonly outlived: boolean;
  readonly eventId: string | undefined;
  readonly command?: CommandDetails;
  /** How often it is repeated, and until when; of a folded timeline. */
  readonly times?: number;
  readonly untilMs?: number | undefined;
}

type Draft = Omit<Entry, 'offsetMs'>;

const PLAIN = {
  ...{ confidence: undefined, level: undefined, eventId: undefined },
  ...{ facts: [], notes: [], others: [], outlived: false },
};

/** What makes an entry less than sure, as sentences. */
function doubts(lying: CommandDetails | AlertDetails): readonly string[] {
  const { confidence, others, outlived } = lying;
  const notes: string[] = [];
  if (others.length > 0) notes.push(`may be of ${others.join(', ')} instead`);
  else if (confidence === 'ambiguous') notes.push('may be of another session instead');
  if (confidence === 'conflict') notes.push('its mark does not agree with where or when it ran');
  if (outlived) notes.push('it ran when the session had ended');
  return notes;
}

function commandFacts(command: CommandDetails, session: SessionDetails): readonly string[] {
  const { container, node, pid, userId } = command;
  const facts = [
    pid === undefined ? undefined : `pid ${pid}`,
    userId === undefined ? undefined : `uid ${userId}`,
    container === session.container || container === undefined ? undefined : `in ${container}`,
    node === session.node || node === undefined ? undefined : `on ${node}`,
  ];
  return facts.filter((fact) => fact !== undefined);
}

function ofCommand(command: CommandDetails, session: SessionDetails): Draft {
  const { commandLine, confidence, executable, timeMs } = command;
  return {
    ...{ kind: 'command', timeMs, confidence, level: undefined, command },
    ...{ others: command.others, outlived: command.outlived },
    facts: commandFacts(command, session),
    // The executable is the one that called execve: it says little where there is a command line.
    text: commandLine ?? (executable === undefined ? '(not said)' : `(by ${executable})`),
    notes: command.isSessionStart
      ? ['the first process, started by the runtime', ...doubts(command)]
      : doubts(command),
    eventId: command.eventId,
  };
}

function ofAlert(alert: AlertDetails): Draft {
  const { commandLine, confidence, message, priority, rule, timeMs } = alert;
  return {
    ...{ kind: 'alert', timeMs, confidence, level: priority, facts: [] },
    ...{ others: alert.others, outlived: alert.outlived },
    text: [rule ?? '(no rule)', message ?? commandLine]
      .filter((part) => part !== undefined)
      .join(': '),
    notes: doubts(alert),
    eventId: alert.eventId,
  };
}

function ofFinding({ level, message, mode, ruleId, ruleName, timeMs }: FindingDetails): Draft {
  const parts = [ruleName ?? ruleId ?? '(no rule)', message];
  const text = parts.filter((part) => part !== undefined).join(': ');
  const kept = mode === 'active' ? undefined : mode;
  const notes = kept === undefined ? [] : [`nobody was alerted: it is ${kept}`];
  return { ...PLAIN, kind: 'finding', timeMs, level, mode: kept, notes, text };
}

function ofAttacher({ endedMs, ip, session, startedMs, user }: AttacherDetails): readonly Draft[] {
  const who = user ?? '(somebody)';
  const from = ip === undefined ? '' : ` from ${ip}`;
  const notes = session === undefined ? [] : [`its session id is ${session}`];
  const text = `${who} attached${from}`;
  const came: Draft = { ...PLAIN, kind: 'attach', timeMs: startedMs, text, notes };
  if (endedMs === undefined) return [came];
  return [came, { ...PLAIN, kind: 'detach', timeMs: endedMs, text: `${who} left` }];
}

function ofRequest(session: SessionDetails): Draft {
  const { kind, requestedCommand, requestedMs, retries } = session;
  const what = requestedCommand === undefined ? '' : `: ${requestedCommand}`;
  const tries = retries === 1 ? 'one earlier try was' : `${retries} earlier tries were`;
  return {
    ...{ ...PLAIN, kind: 'request', timeMs: requestedMs },
    text: `${kindWords(kind)}${what}`,
    notes: retries > 0 ? [`${tries} refused, as the client changed the protocol`] : [],
  };
}

function frame(session: SessionDetails): readonly Draft[] {
  const { endedBy, endedMs, startedMs } = session;
  const start: Draft = { ...PLAIN, kind: 'start', timeMs: startedMs, text: 'it began' };
  const end: Draft = { ...PLAIN, kind: 'end', timeMs: endedMs, text: endingWords(endedBy) };
  return [
    ofRequest(session),
    ...(startedMs === undefined ? [] : [start]),
    ...(endedMs === undefined ? [] : [end]),
  ];
}

/**
 * Where a time stands in the order. Nodes cut times to whole seconds: what seems to be up to a second
 * before the beginning came after it.
 */
function orderMs({ command, timeMs }: Draft, beginMs: number | undefined): number {
  if (timeMs === undefined) return Number.POSITIVE_INFINITY;
  const isCut = command?.isWholeSecond === true && beginMs !== undefined;
  return isCut && beginMs > timeMs && beginMs - timeMs < 1_000 ? beginMs : timeMs;
}

function rank({ command, kind }: Draft): number {
  const isFirst = command?.isSessionStart === true;
  return ENTRY_KINDS.indexOf(kind) * 2 + (isFirst ? 0 : 1);
}

/** What is earliest of all that has a time; undefined where nothing has. */
function earliest(drafts: readonly Draft[]): number | undefined {
  const first = drafts.reduce(
    (least, { timeMs = Number.POSITIVE_INFINITY }) => Math.min(least, timeMs),
    Number.POSITIVE_INFINITY,
  );
  return Number.isFinite(first) ? first : undefined;
}

/** From where offsets count: when it was asked for, else the earliest that is known. */
function zeroOf(session: SessionDetails, entries: readonly Draft[]): number | undefined {
  return session.requestedMs ?? session.startedMs ?? earliest(entries);
}

/** Everything in order; what has no time comes last. */
export function timelineOf(session: SessionDetails): readonly Entry[] {
  const drafts = [
    ...frame(session),
    ...session.attachers.flatMap(ofAttacher),
    ...session.commands.map((command) => ofCommand(command, session)),
    ...session.alerts.map(ofAlert),
    ...session.findings.map(ofFinding),
  ];
  const zero = zeroOf(session, drafts);
  const beginMs = session.startedMs ?? session.requestedMs;
  return drafts
    .map((draft) => ({ draft, at: orderMs(draft, beginMs), rank: rank(draft) }))
    .sort((a, b) => (a.at === b.at ? a.rank - b.rank : a.at - b.at))
    .map(({ at, draft }) => ({
      ...draft,
      offsetMs: zero === undefined || draft.timeMs === undefined ? undefined : at - zero,
    }));
}
