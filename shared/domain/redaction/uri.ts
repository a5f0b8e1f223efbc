/**
 * Owns: secrets in a request's URI: the command of an exec, tokens and passwords as parameters. What
 * is not secret stays as it came, byte for byte.
 */
import { redactArguments } from './command.ts';
import { isNoValue, isSecretName } from './names.ts';
import { decodeQuery, encodeComponent } from './percent.ts';
import { isHarmless, redactText } from './text.ts';
import { take, type Trace } from './trace.ts';

const COMMAND = 'command';

interface Parameter {
  /** As it came, up to the equals sign and with it. */
  readonly head: string;
  readonly name: string;
  readonly raw: string;
  readonly value: string;
}

function parameterOf(piece: string): Parameter {
  const equals = piece.indexOf('=');
  const end = equals < 0 ? piece.length : equals;
  const raw = equals < 0 ? '' : piece.slice(equals + 1);
  const name = decodeQuery(piece.slice(0, end));
  return { head: piece.slice(0, end + 1), name, raw, value: decodeQuery(raw) };
}

function redactParameter({ name, value }: Parameter, trace: Trace): string {
  if (!isSecretName(name)) return redactText(value, trace);
  return isNoValue(value) ? value : take(trace, 'url', value);
}

function written({ head, raw, value }: Parameter, now: string): string {
  return now === value ? head + raw : head + encodeComponent(now);
}

function redactQuery(query: string, trace: Trace): string {
  const parameters = query.split('&').map(parameterOf);
  const commands = parameters.filter(({ name }) => name === COMMAND);
  const words = commands.map(({ value }) => value);
  const redacted = redactArguments(words, trace);
  let next = 0;
  return parameters
    .map((parameter) => {
      const isWord = parameter.name === COMMAND;
      const now = isWord ? (redacted[next++] ?? '') : redactParameter(parameter, trace);
      return written(parameter, now);
    })
    .join('&');
}

/** Is there nothing in it to look at? Names of objects in its path are none. */
export function isHarmlessUri(uri: string): boolean {
  const mark = uri.indexOf('?');
  if (mark < 0) return !uri.includes('/proxy/') || isHarmless(uri);
  if (uri.includes('/proxy/')) return false;
  const query = decodeQuery(uri.slice(mark + 1));
  return isHarmless(query) && !query.includes(COMMAND);
}

export function redactUri(uri: string, trace: Trace): string {
  const mark = uri.indexOf('?');
  const path = mark < 0 ? uri : uri.slice(0, mark);
  // What a proxied service is asked for is in no form that we know.
  const before = path.includes('://') || path.includes('/proxy/') ? redactText(path, trace) : path;
  return mark < 0 ? before : `${before}?${redactQuery(uri.slice(mark + 1), trace)}`;
}
