/**
 * Owns: what is left of a text in its mode.
 * Does not own: how it got the mode (modes.ts), JSON in texts (walk.ts, given as `parse`).
 */
import { isSessionMark } from '../session-marks.ts';
import { redactJoined, redactLine } from './command.ts';
import type { Mode } from './modes.ts';
import { isNoValue, isSecretName, isTokenName, schemeLength } from './names.ts';
import { redactProse, redactText } from './text.ts';
import { remember, take, type Trace } from './trace.ts';
import { redactUri } from './uri.ts';

/** The text redacted as JSON; undefined if it is none. */
export type Parse = (text: string, trace: Trace) => string | undefined;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Of these only the decoded first bytes are looked at. */
const MAX_DECODED_CHARS = 262_144;

function decoded(value: string): Buffer | undefined {
  if (value.length % 4 !== 0 || !BASE64.test(value)) return undefined;
  return Buffer.from(value, 'base64');
}

function nameOf(trace: Trace): string {
  return trace.path.at(-1) ?? '';
}

function anyText(value: string, trace: Trace, parse: Parse): string {
  const parsed = parse(value, trace);
  return parsed === undefined || parsed === value ? redactText(value, trace) : parsed;
}

/** Files that hold nothing else. */
const SECRET_FILE =
  /(?:^|[._-])(?:dockercfg|dockerconfigjson|pgpass|netrc|htpasswd|git-credentials|id_(?:rsa|dsa|ecdsa|ed25519))$|\.(?:key|p12|pfx|jks|keystore|ppk)$/i;

/** The secret part where it can be found, else, where the key says so, the whole. */
function configText(value: string, trace: Trace, parse: Parse): string {
  const name = nameOf(trace);
  const isNamed = isSecretName(name);
  if (isNoValue(value)) return value;
  if (isNamed && !value.includes('\n') && !value.startsWith('{')) {
    return take(trace, isTokenName(name) ? 'token' : 'credential', value);
  }
  const redacted = anyText(value, trace, parse);
  const isWhole = redacted === value && (isNamed || SECRET_FILE.test(name));
  return isWhole && !value.includes('REDACTED') ? take(trace, 'credential', value) : redacted;
}

/** Bytes of a ConfigMap: a key store, or a text with a secret in it, goes as a whole. */
function binaryText(value: string, trace: Trace): string {
  const name = nameOf(trace);
  const text = Buffer.from(value.slice(0, MAX_DECODED_CHARS), 'base64').toString('latin1');
  const probe: Trace = { ...trace, kinds: new Set(), fields: new Set(), values: new Map() };
  const isSecret = isSecretName(name) || SECRET_FILE.test(name) || redactText(text, probe) !== text;
  return isSecret ? take(trace, 'credential', value, decoded(value)) : value;
}

const RANDOM = /^(?=.*\d)(?=.*[A-Za-z])[^\s/.:]{16,}$/;

function variable(name: string, value: string, trace: Trace): string {
  if (isSessionMark(name, value)) return value;
  return unnamed(value, trace, isSecretName(name));
}

function unnamed(value: string, trace: Trace, isSecret: boolean): string {
  const mark = take(trace, 'env', value);
  if (mark !== value && (isSecret || (value.length < 1024 && RANDOM.test(value)))) {
    remember(trace, value, mark);
  }
  return mark;
}

/** `A=x B=y`: each value. */
function variables(value: string, trace: Trace): string {
  return value.replace(
    /(^|\s)([A-Za-z_]\w{0,127})=(\S+)/g,
    (_, before: string, name: string, text: string) =>
      `${before}${name}=${variable(name, text, trace)}`,
  );
}

/** One `NAME=value` in a list; all behind the sign is the value. */
function pair(value: string, trace: Trace): string {
  if (nameOf(trace).includes('.')) return variables(value, trace);
  const equals = value.indexOf('=');
  if (equals < 0 || equals === value.length - 1) return value;
  const name = value.slice(0, equals);
  return `${name}=${variable(name, value.slice(equals + 1), trace)}`;
}

function named(value: string, trace: Trace): string {
  if (isNoValue(value)) return value;
  const start = schemeLength(value);
  const kind = isTokenName(nameOf(trace)) ? 'token' : 'credential';
  return value.slice(0, start) + take(trace, kind, value.slice(start));
}

/** What kubectl keeps of a whole object. */
function applied(value: string, trace: Trace, parse: Parse): string {
  const parsed = parse(value, trace);
  if (parsed !== undefined) return parsed;
  const isSecret = trace.holder === 'secret' || trace.holder === 'unknown';
  return take(trace, isSecret ? 'secret' : 'credential', value);
}

/** Docker's `user:password` in base64. */
function auth(value: string, trace: Trace, parse: Parse): string {
  const bytes = decoded(value);
  if (bytes?.includes(':') === true) return take(trace, 'credential', value, bytes);
  return anyText(value, trace, parse);
}

/** A text with a mark in place of each secret. */
export function redactLeaf(value: string, mode: Mode, trace: Trace, parse: Parse): string {
  if (value === '') return value;
  switch (mode) {
    case 'root':
    case 'plain':
    case 'fields':
      return anyText(value, trace, parse);
    case 'kept':
      return value;
    case 'secret':
      return take(trace, 'secret', value, decoded(value));
    case 'secret-text':
      return take(trace, 'secret', value);
    case 'config':
      return configText(value, trace, parse);
    case 'binary':
      return binaryText(value, trace);
    case 'env':
    case 'env-value':
      return unnamed(value, trace, false);
    case 'env-secret':
      return unnamed(value, trace, true);
    case 'env-pair':
      return pair(value, trace);
    case 'command':
      return parse(value, trace) ?? redactLine(value, trace);
    case 'joined':
      return redactJoined(value, trace);
    case 'named':
      return named(value, trace);
    case 'applied':
      return applied(value, trace, parse);
    case 'uri':
      return value.startsWith('/') ? redactUri(value, trace) : redactText(value, trace);
    case 'prose':
      return redactProse(value, trace);
    case 'auth':
      return auth(value, trace, parse);
  }
}
