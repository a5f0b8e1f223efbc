/**
 * Owns: what a live view knows: the rows that are shown, and what is new in each update. Pure but for
 * its own memory, which is bounded.
 */
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { type CommandDetails, detailsOf, type SessionDetails } from './details.ts';
import { type Row, rowOf, whereOf } from './table.ts';

/** Sessions whose commands are remembered; of more the one that changed last is the first to go. */
const MAX_SESSIONS = 5_000;
/** Commands of one update that are told one by one. */
const MAX_TOLD = 20;

export interface Happening {
  readonly timeMs: number | undefined;
  readonly what: 'opened' | 'command' | 'closed';
  readonly id: string;
  readonly user: string;
  readonly where: string;
  readonly confidence: string;
  readonly text: string;
}

interface Known {
  readonly row: Row;
  readonly revision: number | undefined;
  readonly state: string | undefined;
  readonly commands: ReadonlySet<string>;
}

export interface Live {
  /** Undefined: not newer than what is known. */
  update(document: StoredDocument): readonly Happening[] | undefined;
  /** Newest first. */
  rows(): readonly Row[];
}

/** Equal for one command in two states of its session. */
function keyOf({ commandLine, eventId, pid, timeMs }: CommandDetails): string {
  return eventId ?? JSON.stringify([timeMs, pid, commandLine]);
}

function happening(
  session: SessionDetails,
  what: Happening['what'],
  more: Pick<Happening, 'timeMs' | 'text'> & { readonly confidence?: string | undefined },
): Happening {
  const { id = '', user = '' } = session;
  const { confidence = '', text, timeMs } = more;
  return { what, id, user, where: whereOf(session), timeMs, confidence, text };
}

function commandsTold(session: SessionDetails, known: Known | undefined): readonly Happening[] {
  const fresh = session.commands.filter((command) => known?.commands.has(keyOf(command)) !== true);
  const told = fresh
    .slice(-MAX_TOLD)
    .map(({ commandLine, confidence, executable, timeMs }) =>
      happening(session, 'command', { timeMs, confidence, text: commandLine ?? executable ?? '' }),
    );
  const rest = fresh.length - told.length;
  if (rest === 0) return told;
  const more = happening(session, 'command', { timeMs: undefined, text: `(${rest} more)` });
  return [more, ...told];
}

function happenings(session: SessionDetails, known: Known | undefined): readonly Happening[] {
  const { endedMs, kind = '', requestedCommand, requestedMs, startedMs, state } = session;
  const asked = requestedCommand === undefined ? kind : `${kind}: ${requestedCommand}`;
  const opened = happening(session, 'opened', { timeMs: startedMs ?? requestedMs, text: asked });
  const closed = happening(session, 'closed', { timeMs: endedMs, text: kind });
  return [
    ...(known === undefined ? [opened] : []),
    ...commandsTold(session, known),
    ...(state === 'closed' && known?.state !== 'closed' ? [closed] : []),
  ];
}

/** Without a revision, what comes later counts. */
function isNewer(revision: number | undefined, known: Known | undefined): boolean {
  return known?.revision === undefined || revision === undefined || revision > known.revision;
}

export interface LiveOptions {
  /** Whether a session is one of those that are asked for. */
  readonly isShown: (document: StoredDocument) => boolean;
  /** Whether it has a row now. */
  readonly isRow: (session: SessionDetails) => boolean;
  /** Rows at most. */
  readonly limit: number;
}

export function createLive(options: LiveOptions): Live {
  const byId = new Map<string, Known>();
  const keep = (id: string, known: Known): void => {
    byId.delete(id);
    byId.set(id, known);
    if (byId.size <= MAX_SESSIONS) return;
    for (const oldest of byId.keys()) {
      byId.delete(oldest);
      return;
    }
  };
  const shown = new Set<string>();
  return {
    update(document) {
      const session = detailsOf(document);
      const { id = '', revision, state } = session;
      const known = byId.get(id);
      if (!isNewer(revision, known)) return undefined;
      if (!options.isShown(document)) {
        shown.delete(id);
        return undefined;
      }
      const commands = new Set(session.commands.map(keyOf));
      keep(id, { row: rowOf(session), revision, state, commands });
      if (options.isRow(session)) shown.add(id);
      else shown.delete(id);
      return happenings(session, known);
    },
    rows() {
      for (const id of shown) if (!byId.has(id)) shown.delete(id);
      return [...shown]
        .flatMap((id) => byId.get(id)?.row ?? [])
        .sort((a, b) => (b.sinceMs ?? -Infinity) - (a.sinceMs ?? -Infinity))
        .slice(0, options.limit);
    },
  };
}
