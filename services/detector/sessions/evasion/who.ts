/**
 * Owns: what a finding says of a session: who it was, from where, what for, how sure that is.
 */
import { compact, textAt, valueAt } from '../../document.ts';
import type { SessionView } from '../model.ts';
import { instant } from '../record/instant.ts';
import { nameText } from '../record/entries.ts';
import { cutText } from '../record/room.ts';

type Fields = Readonly<Record<string, unknown>>;

const REQUESTED_BYTES = 16 * 1024;
const MAX_LISTED = 50;

/** Reads a path of the request's document, as far as the session keeps it. */
export function readerOf({ request }: SessionView): (...path: readonly string[]) => unknown {
  return (...path) => valueAt(request.who, ...path) ?? valueAt(request.context, ...path);
}

/** Who sent the request; undefined: nobody is named. */
export function userNameOf({ request }: SessionView): string | undefined {
  return textAt(request.who, 'user', 'name') ?? request.userName;
}

/** The person's part of a document: the Kubernetes user, address, client, identity. */
export function personFields(view: SessionView): Fields {
  const at = readerOf(view);
  return {
    user: { id: at('user', 'id'), name: nameText(userNameOf(view)) },
    source: { ip: at('source', 'ip') },
    user_agent: { original: at('user_agent', 'original') },
  };
}

/** Of podwitness.*: who acted, and what the place belongs to. */
export function ownFields(view: SessionView): Fields {
  const at = readerOf(view);
  const actor = (key: string) => at('podwitness', 'actor', key);
  return {
    actor: { kind: actor('kind'), namespace: actor('namespace'), name: actor('name') },
    environment: at('podwitness', 'environment'),
    team: at('podwitness', 'team'),
    owner: at('podwitness', 'owner'),
    criticality: at('podwitness', 'criticality'),
  };
}

/** podwitness.session of a finding about a session. */
export function sessionFields(view: SessionView): Fields {
  const text = view.request.commandLine ?? view.request.argv.join(' ');
  return {
    id: nameText(view.id),
    kind: view.kind,
    state: view.state,
    confidence: view.confidence,
    coverage: view.coverage.length === 0 ? undefined : view.coverage,
    started_at: instant(view.startedMs),
    ended_at: instant(view.endedMs),
    requested_command: text === '' ? undefined : cutText(text, REQUESTED_BYTES),
  };
}

/** `known`: related.* of the document that it becomes. Values once each, in their order. */
export function relatedFields(
  known: unknown,
  more: { readonly user: readonly unknown[]; readonly ip: readonly unknown[] },
): Fields {
  const list = (key: string, added: readonly unknown[]) => {
    const before = valueAt(compact({ known }), 'known', key);
    const first: readonly unknown[] = Array.isArray(before) ? before : [];
    const all = [...first, ...added];
    const texts = all.filter((one): one is string => typeof one === 'string' && one !== '');
    const kept = [...new Set(texts)].slice(0, MAX_LISTED);
    return kept.length === 0 ? undefined : kept.map(nameText);
  };
  return { user: list('user', more.user), ip: list('ip', more.ip) };
}
