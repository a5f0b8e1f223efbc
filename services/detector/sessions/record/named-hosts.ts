/**
 * Owns: hosts that a command line names: in addresses of any scheme, as user@host, as IP addresses,
 * and as arguments of programs that talk to hosts. A guess at a text that has lost its arguments: it
 * shows what to look at, no more.
 */
import { readAddress } from '../../../../shared/domain/ip.ts';
import { type Command, commandsIn } from './command-words.ts';
import { type Argument, type Form, hostArguments } from './talkers.ts';

const MAX_HOSTS = 50;
const MAX_HOST_CHARS = 253;
const MAX_LABEL_CHARS = 63;

const LABEL = /^\w[\w-]*$/;
const TOP_LEVEL = /^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;
const PORT = /:\d{1,5}$/;
/** `/dev/tcp/10.0.0.1/4444`: bash opens a connection. */
const DEVICE = /^\/dev\/(?:tcp|udp)\/([^/]+)\/\w+$/;
/** As socat names them: `TCP:host:port`, `OPENSSL:host:port,verify=0`. */
const SOCAT = /^(?:tcp|udp|ssl|openssl|sctp|proxy|socks)[46]?(?:-connect|-sendto|4a)?:([^,]+)/i;
const ASSIGNED = /^-{0,2}[\w.-]{1,64}=/;

function isName(text: string): boolean {
  if (text.length > MAX_HOST_CHARS || !/[a-z]/.test(text)) return false;
  return text.split('.').every((label) => label.length <= MAX_LABEL_CHARS && LABEL.test(label));
}

/** With a dot and a top level, or `localhost`. */
function isFullName(text: string): boolean {
  const dot = text.lastIndexOf('.');
  return text === 'localhost' || (dot > 0 && TOP_LEVEL.test(text.slice(dot + 1)) && isName(text));
}

/** A version 6 address needs a digit, or `be::ad` was one. */
function isIp(text: string): boolean {
  return text !== '::' && /\d/.test(text) && readAddress(text) !== undefined;
}

type Test = (text: string) => boolean;
const IS_ANY: Test = (text) => isIp(text) || isName(text);
const IS_FULL: Test = (text) => isIp(text) || isFullName(text);

/** Lower case, without port, brackets, zone and the dot of the root. */
function hostOf(text: string, isHost: Test): string | undefined {
  const lower = text.toLowerCase();
  if (isIp(lower)) return lower;
  const portless = lower.replace(PORT, '');
  const isBracketed = portless.startsWith('[') && portless.endsWith(']');
  const bare = isBracketed ? portless.slice(1, -1) : portless;
  const [zoneless = ''] = bare.split('%', 1);
  const name = zoneless.endsWith('.') ? zoneless.slice(0, -1) : zoneless;
  return name !== '' && isHost(name) ? name : undefined;
}

/** Behind `://` up to the path, without user and password. */
function authorityOf(text: string): string | undefined {
  const at = text.indexOf('://');
  if (at < 1) return undefined;
  const [authority = ''] = text.slice(at + 3).split(/[/?#]/, 1);
  return authority.slice(authority.lastIndexOf('@') + 1);
}

/** Of `user@host` and `user@host:path` what is behind the sign; other signs have a slash before. */
function behindUser(text: string): string | undefined {
  const at = text.indexOf('@');
  if (at < 1 || text.slice(0, at).includes('/')) return undefined;
  const rest = text.slice(at + 1);
  return rest.startsWith('[') ? rest.split(']', 1)[0]?.slice(1) : rest.split(/[:/]/, 1)[0];
}

/** A word that says by its form that it names a host: an address, or one with a port or a user. */
function ofForm(word: string): string | undefined {
  const device = DEVICE.exec(word)?.[1];
  if (device !== undefined) return hostOf(device, IS_ANY);
  const socat = SOCAT.exec(word)?.[1];
  if (socat !== undefined) return hostOf(socat, IS_ANY);
  const value = word.includes('://') ? word : word.replace(ASSIGNED, '');
  const authority = authorityOf(value);
  if (authority !== undefined) return hostOf(authority, IS_ANY);
  const behind = behindUser(value);
  if (behind !== undefined) return hostOf(behind, IS_FULL);
  const [first = ''] = value.split(/[/,]/, 1);
  return hostOf(first, PORT.test(first) ? IS_FULL : isIp);
}

const TESTS: Readonly<Record<Form, Test>> = { any: IS_ANY, full: IS_FULL, remote: IS_ANY };

function ofArgument({ form, text }: Argument): string | undefined {
  const behind = behindUser(text);
  if (behind !== undefined) return hostOf(behind, IS_ANY);
  if (text.startsWith('@')) return hostOf(text.slice(1), IS_ANY);
  const [first = ''] = text.split('/', 1);
  if (form !== 'remote') return hostOf(first, TESTS[form]);
  const colon = first.indexOf(':');
  return colon > 0 ? hostOf(first.slice(0, colon), IS_ANY) : undefined;
}

function hostsOf(command: Command): readonly string[] {
  // What is read from or written to is a file: `ping web >out`.
  const words = command.filter(({ isRedirected }) => !isRedirected).map(({ text }) => text);
  const found = [
    ...command.map(({ text }) => ofForm(text)),
    ...hostArguments(words).map(ofArgument),
  ];
  return found.filter((host) => host !== undefined);
}

/** Each once, the first fifty; those that say by their form what they are come first. */
export function hostsIn(commandLine: string): readonly string[] {
  return [...new Set(commandsIn(commandLine).flatMap(hostsOf))].slice(0, MAX_HOSTS);
}
