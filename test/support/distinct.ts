/**
 * Owns: the tests' own notion of which events are distinct, which shares no code with the product:
 * an event is told apart by auditID, stage, both times, verb, path and user; without a user by all
 * that it says. Not by the query: secrets are taken out of it.
 */
interface Audit {
  readonly auditID?: string;
  readonly stage?: string;
  readonly verb?: string;
  readonly requestURI?: string;
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
  readonly user?: { readonly username?: string };
}

/** The same text for an event in a body and for the document made of it. */
export function eventKey(event: Audit): string {
  return [
    event.auditID,
    event.stage,
    event.requestReceivedTimestamp,
    event.stageTimestamp,
    event.verb,
    event.requestURI?.split('?', 1)[0],
    event.user?.username ?? '(none)',
  ].join(' | ');
}

/** Sorted keys of the distinct events in webhook bodies. */
export function distinctEvents(bodies: readonly Buffer[]): readonly string[] {
  const keys = bodies.flatMap((body) =>
    (JSON.parse(body.toString('utf8')) as { items: Audit[] }).items.map(eventKey),
  );
  return [...new Set(keys)].sort();
}

interface EventDocument {
  readonly kubernetes: { readonly audit: Audit };
}

/** Sorted keys of documents, repeats kept: equal to distinctEvents if each is there exactly once. */
export function documentKeys(documents: readonly unknown[]): readonly string[] {
  return documents.map((d) => eventKey((d as EventDocument).kubernetes.audit)).sort();
}
