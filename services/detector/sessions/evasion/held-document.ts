/**
 * Owns: the document and the sentence of a finding on a command or alert, with whose session it lies
 * in.
 *
 * Where that is known (exact or inferred), `user` is the Kubernetes user, as in every finding on a
 * request, and the account of the operating system that the process ran as, which such a document has
 * there without a session, is `process.user`. Where it is not known, `user` stays as it was.
 */
import { COLLECTIONS } from '../../../../shared/domain/collections.ts';
import { isObject, type JsonObject, member } from '../../../../shared/domain/json.ts';
import { compact, textAt, valueAt } from '../../document.ts';
import type { HeldFinding } from '../facts/model.ts';
import type { SessionsOut, SessionView } from '../model.ts';
import { nameText } from '../record/entries.ts';
import { sentenceOfHeld } from './sentences.ts';
import { ownFields, personFields, readerOf, relatedFields, userNameOf } from './who.ts';

const MAX_CANDIDATES = 50;

type HeldOut = Extract<SessionsOut, { readonly kind: 'held' }>;

/** The session whose user it was; undefined where that is not said. */
export function surely({ confidence, session }: HeldOut): SessionView | undefined {
  return confidence === 'exact' || confidence === 'inferred' ? session : undefined;
}

/** `namespace` of the data streams, where the document names none. */
export function heldDocument(out: HeldOut, message: string, namespace: string): JsonObject {
  const { document } = out.finding;
  const streams = { type: 'logs', dataset: COLLECTIONS.findings.dataset, namespace };
  const whole = isObject(document['data_stream'])
    ? document
    : { ...document, data_stream: streams };
  if (out.session === undefined && out.candidates.length === 0) return whole;
  const whose = surely(out);
  const known = whose === undefined ? whole : { ...whole, ...personOf(whole, whose) };
  return { ...known, message, podwitness: podwitnessOf(out, whose) };
}

function podwitnessOf(out: HeldOut, whose: SessionView | undefined): JsonObject {
  const { candidates, confidence, finding, session } = out;
  const before = member(finding.document, 'podwitness');
  const own = whose === undefined ? {} : compact(ownFields(whose));
  const listed = candidates.slice(0, MAX_CANDIDATES).map(nameText);
  return {
    ...own,
    ...(isObject(before) ? before : {}),
    // Nobody acts in an event of a node, so there is none to keep.
    ...('actor' in own ? { actor: own['actor'] } : {}),
    session: compact({
      ...{ id: nameText(session?.id), kind: session?.kind, confidence },
      candidates: listed.length === 0 ? undefined : listed,
    }),
  };
}

function personOf(document: JsonObject, session: SessionView): JsonObject {
  const process = member(document, 'process');
  const known = member(document, 'related');
  const account = (key: string) => valueAt(document, 'user', key);
  const person = compact({
    ...personFields(session),
    process: {
      ...(isObject(process) ? process : {}),
      user: { id: account('id'), name: account('name') },
    },
    related: {
      ...(isObject(known) ? known : {}),
      ...relatedFields(known, {
        user: [userNameOf(session), session.request.userName],
        ip: [readerOf(session)('source', 'ip')],
      }),
    },
  });
  // An account of the operating system is nobody in Kubernetes, also where the user has no name.
  return { user: undefined, ...person };
}

export function heldMessage({ candidates, confidence, finding, session }: HeldOut): string {
  const ran = ranOf(finding);
  return sentenceOfHeld({
    ...(session && { session }),
    ...(confidence && { confidence }),
    candidates: candidates.length,
    place: placeOf(finding.document),
    ...(ran !== undefined && { ran }),
    message: finding.message,
  });
}

function placeOf(document: JsonObject) {
  const at = (...path: string[]) => textAt(document, 'kubernetes', ...path);
  const [namespace, pod, container] = [at('namespace'), at('pod', 'name'), at('container', 'name')];
  return {
    ...(namespace !== undefined && { namespace }),
    ...(pod !== undefined && { pod }),
    ...(container !== undefined && { container }),
  };
}

/** The command of a finding on one, which says no more than that it ran. */
function ranOf({ document }: HeldFinding): string | undefined {
  const isCommand = textAt(document, 'event', 'action') === 'process-started';
  return isCommand ? textAt(document, 'process', 'command_line') : undefined;
}
