/**
 * Owns: commands of a session that lost its mark, and those that ran after its end.
 * Does not own: which session a command is of (join/attribute.ts).
 */
import type { Command, SessionAlert } from '../model.ts';
import type { Circumstances, Seen } from './circumstances.ts';
import { startedByRuntime } from './shells.ts';

/** Unmarked commands in a row that are enough where no marked one follows. */
const LEAST_RUN = 2;
/** Where marked ones follow, or nothing but the time ties them to the session. */
const LONG_RUN = 3;
/** Over so long: what comes at one moment may be one child of the workload, or one stale record. */
const LASTING_MS = 2000;
/** Longer command lines are scripts; nobody reads them for it. */
const MAX_WORDS = 64;

/** The file name of a path, or of the first word of a command; undefined where it says nothing. */
export function programOf(text: string | undefined): string | undefined {
  const [first = ''] = (text ?? '').trimStart().split(/\s/, 1);
  const name = first.slice(first.lastIndexOf('/') + 1);
  return name === '' ? undefined : name;
}

/**
 * The first command of a session that lost its mark, while commands before it had it; undefined where
 * that is not sure. What must hold:
 * - the session is marked, and a command of it was seen with its mark: marks do reach this enricher;
 * - the command has no mark, is of this session and of no other, and not the workload's own (it is
 *   `inferred`), in a container, not started by a runtime (a probe), not later than settledUntilMs;
 * - marks stop there, for two commands at least that programs of the session started, and more than
 *   a moment; for three where marks go on afterwards, or where who started them is not known. One is
 *   enough if the environment was emptied in so many words. A child of the workload that was never seen outside of a session is not
 *   enough, nor is a command that the enricher shows for another process of that number.
 */
export function strippedCommand(seen: Seen, around: Circumstances): Command | undefined {
  const { namesMark, requestUid } = seen.request;
  if (requestUid === undefined || namesMark) return undefined;
  const settled = seen.commands.filter(({ timeMs }) => timeMs <= around.settledUntilMs);
  const firstMarked = settled.findIndex((command) => command.requestUid === requestUid);
  if (firstMarked === -1) return undefined;
  const programs = new Set<string>();
  let isEmptied = false;
  let run: Command[] = [];
  for (const command of settled.slice(firstMarked)) {
    const isMarked = command.requestUid === requestUid;
    if (!isMarked && !isUnmarked(command)) continue;
    if (isMarked) {
      const lost = lostIn(tied(run, programs), LONG_RUN, isEmptied);
      if (lost !== undefined) return lost;
      run = [];
      learn(programs, command);
    } else run.push(command);
    isEmptied ||= emptiesEnvironment(command);
  }
  const ofSession = tied(run, programs);
  return lostIn(ofSession, LEAST_RUN, isEmptied) ?? lostIn(run, LONG_RUN, false);
}

/** The first of a run that is long enough. */
function lostIn(run: readonly Command[], least: number, isEmptied: boolean): Command | undefined {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const isLong = run.length >= least && last.timeMs - first.timeMs >= LASTING_MS;
  return isLong || isEmptied ? first : undefined;
}

/** `env -i`, `env -`, `env -u NAME`. su and sudo do so, too, and are everyday work. */
function emptiesEnvironment({ commandLine = '' }: Command): boolean {
  const words = commandLine.split(/\s+/, MAX_WORDS).filter((word) => word !== '');
  return words.some((word, at) => {
    const option = words[at + 1] ?? '';
    const isEnv = word === 'env' || word.endsWith('/env');
    return isEnv && /^-(?:$|[0v]*[iu]|-(?:ignore-env|unset))/.test(option);
  });
}

function isUnmarked(command: Command): boolean {
  const { confidence, container, isSessionStart, outlived } = command;
  const hasNone = command.requestUid === undefined && !isSessionStart;
  const isOfThisAlone = confidence === 'inferred' && !outlived;
  return isOfThisAlone && hasNone && container !== undefined && !startedByRuntime(command);
}

/** Those that a program of the session started, or one of those did. */
function tied(run: readonly Command[], programs: ReadonlySet<string>): readonly Command[] {
  const known = new Set(programs);
  return run.filter((command) => {
    const starter = programOf(command.executable);
    const isTied = starter !== undefined && known.has(starter);
    if (isTied) learn(known, command);
    return isTied;
  });
}

function learn(programs: Set<string>, command: Command): void {
  const { commandLine, executable } = command;
  const names = startedByRuntime(command) ? [commandLine] : [commandLine, executable];
  for (const name of names.map(programOf)) if (name !== undefined) programs.add(name);
}

/**
 * The first command or alert that has the session's mark, and is later than its end and the grace.
 * What must hold:
 * - it is an exec or a copy, whose end the answer says: neither age nor the pod's end says when it
 *   was, and a debug container may go on when all have left it;
 * - it is known which container it ran in;
 * - its process is not one that the session had: the enricher keeps what it read of a process for an
 *   hour, and another that is given the number would show it. It counts all the same where the
 *   executable is the command's own: then it is that process, still there.
 */
export function outlivedEvidence(
  seen: Seen,
  { settledUntilMs }: Circumstances,
): Command | SessionAlert | undefined {
  const hasEnd = seen.kind === 'exec' || seen.kind === 'cp';
  if (!hasEnd || seen.endedBy !== 'response') return undefined;
  const all = [...seen.commands, ...seen.alerts];
  const before = new Set(all.filter(({ outlived }) => !outlived).map(processOf));
  const { requestUid } = seen.request;
  const isMarked = (one: Command | SessionAlert) =>
    requestUid !== undefined && one.requestUid === requestUid;
  const isEvidence = (one: Command | SessionAlert) =>
    one.outlived &&
    isMarked(one) &&
    isPlaced(one) &&
    one.timeMs <= settledUntilMs &&
    isNew(one, before);
  return all.filter(isEvidence).sort((a, b) => a.timeMs - b.timeMs)[0];
}

/** Whose container is not known may be in another pod, with a mark that was taken there. */
function isPlaced({ container }: Command | SessionAlert): boolean {
  return container !== undefined;
}

function isNew(one: Command | SessionAlert, before: ReadonlySet<string>): boolean {
  return !before.has(processOf(one)) || isItself(one);
}

function processOf({ eventId, node, pid }: Command | SessionAlert): string {
  return pid === undefined ? `event ${eventId}` : `${node ?? ''} ${pid}`;
}

function isItself({ commandLine, executable }: Command | SessionAlert): boolean {
  const name = programOf(executable);
  return name !== undefined && name === programOf(commandLine);
}
