/**
 * Owns: a session as one English sentence for a person: who did what where, how long, what is known
 * of it, and how sure that is.
 */
import { cut, isShell, plain } from '../../sentence.ts';
import type { SessionKind } from '../facts/model.ts';
import type { Confidence, SessionView } from '../model.ts';
import { between, durationText } from './instant.ts';

const MAX_COMMAND_LENGTH = 200;
const MAX_PORTS = 10;

const JOINED: Readonly<Record<Confidence, string>> = {
  exact: 'joined exactly',
  inferred: 'joined by time and place',
  ambiguous: 'some may be of another session',
  conflict: 'some contradict the place or time of their request UID',
  none: 'not joined',
};

/**
 * One line, without control or direction characters: names and commands are the caller's text. The
 * command comes last, so that nothing in it can be taken for our words about it.
 */
export function sentenceOfSession(view: SessionView, user: string | undefined): string {
  const known = [commands(view), alerts(view), findings(view)].filter((part) => part !== '');
  const does = deed(view);
  return plain(`${who(view, user)} ${does}${time(view)}: ${known.join('; ')}${asked(view)}`);
}

function who({ request: { userName } }: SessionView, user: string | undefined): string {
  const name = user ?? userName;
  if (name === undefined) return 'Someone';
  const isOther = userName !== undefined && userName !== name;
  return isOther ? `${cut(name)} (as ${cut(userName)})` : cut(name);
}

function deed(view: SessionView): string {
  const { request } = view;
  const pod = podOf(view);
  const where = `${pod}${containerOf(view)}`;
  const words: Readonly<Record<SessionKind, () => string>> = {
    exec: () => `${isShell(request.argv) ? 'opened a shell' : 'ran a command'} in ${where}`,
    cp: () => `copied files ${direction(view)} ${where}`,
    attach: () => `attached to ${where}`,
    ephemeral: () => `added a debug container to ${where}`,
    'debug-pod': () => `made the debug pod ${where}`,
    'debug-node': () => `opened ${nodeOf(view)} in the debug pod ${where}`,
    'port-forward': () => `forwarded ${portsOf(view)} of ${pod}`,
    'node-proxy': () => `reached ${where} through the proxy of ${nodeOf(view)}`,
  };
  return words[view.kind]();
}

function podOf({ place: { namespace, pod } }: SessionView): string {
  const parts = [namespace, pod].filter((part) => part !== undefined);
  return parts.length === 0 ? 'an unknown pod' : parts.map((part) => cut(part)).join('/');
}

function containerOf({ place: { container } }: SessionView): string {
  return container === undefined ? '' : ` (${cut(container)})`;
}

function nodeOf({ place: { node } }: SessionView): string {
  return node === undefined ? 'a node' : `node ${cut(node)}`;
}

function direction({ request: { copy } }: SessionView): string {
  if (copy === undefined) return 'to or from';
  return copy === 'to_container' ? 'to' : 'from';
}

function portsOf({ request: { ports = [] } }: SessionView): string {
  if (ports.length === 0) return 'ports';
  const shown = ports.slice(0, MAX_PORTS).join(', ');
  const more = ports.length > MAX_PORTS ? ' …' : '';
  return `${ports.length === 1 ? 'port' : 'ports'} ${shown}${more}`;
}

function time(view: SessionView): string {
  if (view.state === 'open') return ', still open';
  const ms = between(view.startedMs ?? view.requestedMs, view.endedMs);
  if (ms === undefined) return '';
  const end = view.endedBy === 'age' ? ', its end was not seen' : '';
  return ` for ${durationText(ms)}${end}`;
}

function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

const BLIND: ReadonlySet<SessionKind> = new Set(['port-forward']);

function commands(view: SessionView): string {
  if (view.commandCount > 0) {
    const count = counted(view.commandCount, 'command', 'commands');
    return `${count}, ${JOINED[view.confidence]}`;
  }
  return BLIND.has(view.kind) ? 'what went through is not seen' : 'no commands were seen';
}

function alerts({ alertCount }: SessionView): string {
  return alertCount === 0 ? '' : counted(alertCount, 'alert of Falco', 'alerts of Falco');
}

function findings({ findings: { length } }: SessionView): string {
  return length === 0 ? '' : counted(length, 'finding', 'findings');
}

/** What a request asked to run; a shell says nothing. */
function asked({ kind, request: { argv } }: SessionView): string {
  if (kind !== 'exec' || argv.length === 0 || isShell(argv)) return '';
  return `: ${cut(argv.join(' '), MAX_COMMAND_LENGTH)}`;
}
