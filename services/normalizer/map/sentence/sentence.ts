/**
 * Owns: `message` of an audit event: who did what to what, from where, and how it ended, in one
 * English sentence, e.g. `alice read secret payments/db-creds from 10.0.0.9 — allowed`.
 * Does not own: a finding's sentence (services/detector/sentence.ts).
 *
 * Names, commands and messages are other people's text: odd ones are quoted (quoted.ts), and nothing
 * of theirs can stand where ours would.
 */
import type { JsonObject } from '../../read/leaf.ts';
import { namedBy } from '../actor.ts';
import type { Parts } from '../audit-parts.ts';
import { object, text } from '../fields.ts';
import { remembered } from '../../remembered.ts';
import { type Deed, deedOf } from './deeds.ts';
import { type Noun, nounOf } from './nouns.ts';
import { named, pathNamed } from './quoted.ts';
import { resultOf } from './result.ts';

const whoIs = remembered((username: string): string => {
  const { kind, name = username, namespace = '' } = namedBy(username);
  if (kind === 'service-account') return `service account ${named(name)} in ${named(namespace)}`;
  if (kind === 'node') return `node ${named(name)}`;
  return kind === 'anonymous' ? 'someone anonymous' : pathNamed(username);
});

function actor({ impersonatedName, user, userName }: Parts): string {
  // An API server writes `{}` for who is not authenticated; no user at all is a gap of the record.
  const nobody = user === undefined ? 'someone unknown' : 'someone who is not authenticated';
  const who = userName === undefined || userName === '' ? nobody : whoIs(userName);
  return impersonatedName === undefined ? who : `${who} as ${whoIs(impersonatedName)}`;
}

/** Verbs of many objects, unless one is named. */
const OF_MANY = new Set(['list', 'watch', 'deletecollection']);

function many({ namespace }: Parts, noun: Noun): string {
  if (namespace !== undefined && namespace !== '') return `${noun.many} in ${named(namespace)}`;
  return noun.isNamespaced === true ? `${noun.many} in all namespaces` : noun.many;
}

/** One that is not named: the server is to choose its name, or has chosen it and does not say. */
function unnamed({ namespace, requestBody }: Parts, noun: Noun): string {
  const prefix = text(object(requestBody?.['metadata'])?.['generateName']);
  const called = prefix === undefined ? '' : ` (${named(prefix)}…)`;
  const place = namespace === undefined || namespace === '' ? '' : ` in ${named(namespace)}`;
  return `${noun.article}${noun.one}${called}${place}`;
}

function objectPhrase(parts: Parts, deed: Deed): string {
  const { apiGroup, name, namespace, resource, verb = '' } = parts;
  if (resource === undefined) {
    return parts.path === undefined ? 'an unknown resource' : pathNamed(parts.path);
  }
  const noun = nounOf(resource, apiGroup);
  const isMany = deed.isOfOne !== true && OF_MANY.has(verb);
  if (name === undefined || name === '') return isMany ? many(parts, noun) : unnamed(parts, noun);
  // The namespace of a namespace is its own name.
  const isInside = namespace !== undefined && namespace !== '' && resource !== 'namespaces';
  return `${noun.one} ${isInside ? `${named(namespace)}/` : ''}${named(name)}`;
}

/** Only `All` is a valid value; any is what the client asked for. */
function isDryRun({ event, query }: Parts): boolean {
  if (query?.includes('dryRun=') === true) return true;
  const options = event['requestObject'] as JsonObject | null | undefined;
  return Array.isArray(options?.['dryRun']) && options['dryRun'].length > 0;
}

/** As it was done, tried or asked for. */
function said(deed: Deed, code: number | undefined): string {
  if (code === undefined) return `asked to ${deed.base}`;
  return code < 400 ? deed.past : `tried to ${deed.base}`;
}

/** `container`: the one that the request named. */
export function sentence(parts: Parts, container: string | undefined): string {
  const deed = deedOf(parts);
  const what = deed.isWhole === true ? '' : ` ${objectPhrase(parts, deed)}`;
  const inside = container === undefined ? '' : ` (container ${named(container)})`;
  const from = parts.peerIp === undefined ? '' : ` from ${parts.peerIp}`;
  const dry = isDryRun(parts) ? ' (dry run)' : '';
  const done = `${said(deed, parts.code)}${what}${deed.after ?? ''}${inside}`;
  return `${actor(parts)} ${done}${from}${dry} — ${resultOf(parts)}`;
}
