/**
 * Owns: a session as the record of audit.sessions: the fields to choose by, and its document.
 * Does not own: the document (document.ts), which session counts (its revision says so).
 */
import type { Session } from '../../../../schemas/generated/avro.ts';
import type { SessionView } from '../model.ts';
import { sessionDocument } from './document.ts';
import { nameText } from './entries.ts';
import { wholeMs } from './instant.ts';

/**
 * The latest state of a session. Total; the same view gives the same bytes.
 * `namespace`: of the data streams, from the configuration.
 */
export function sessionRecord(view: SessionView, namespace: string): Session {
  const { lastSeenMs, place, requestedMs, startedMs } = view;
  const time = wholeMs(requestedMs) ?? wholeMs(startedMs) ?? wholeMs(lastSeenMs) ?? 0;
  const name = (text: string | undefined) => nameText(text) ?? null;
  return {
    id: view.id,
    cluster: view.cluster,
    time,
    revision: view.revision,
    kind: view.kind,
    state: view.state,
    confidence: view.confidence,
    userName: name(view.request.userName),
    namespace: name(place.namespace),
    pod: name(place.pod),
    container: name(place.container),
    node: name(place.node),
    startedAt: wholeMs(startedMs) ?? time,
    endedAt: wholeMs(view.endedMs) ?? null,
    commands: view.commandCount,
    document: Buffer.from(JSON.stringify(sessionDocument(view, namespace))),
  };
}
