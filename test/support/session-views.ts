/**
 * Owns: session documents as tests compare them: what they say, whatever number of revisions it took.
 */

type Json = Readonly<Record<string, unknown>>;

interface SessionDocument {
  readonly event: { readonly id: string };
  readonly podwitness: {
    readonly session: Readonly<Record<string, unknown>> & {
      readonly state: string;
      readonly revision: number;
    };
  };
}

/** By id, without how often it was told. Throws where an id is there twice. */
export function saidOf(documents: readonly unknown[]): ReadonlyMap<string, unknown> {
  const said = new Map<string, unknown>();
  for (const document of documents as readonly SessionDocument[]) {
    const { podwitness } = document;
    const { revision: _revision, ...session } = podwitness.session;
    const { id } = document.event;
    if (said.has(id)) throw new Error(`Session ${id} is there twice`);
    said.set(id, { ...document, podwitness: { ...podwitness, session } });
  }
  return said;
}

export function revisionsOf(documents: readonly unknown[]): ReadonlyMap<string, number> {
  return new Map(
    (documents as readonly SessionDocument[]).map(({ event, podwitness }) => [
      event.id,
      podwitness.session.revision,
    ]),
  );
}

/** Lines as one sender's body. */
export function bodyOf(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\n')}\n`);
}

/**
 * The same of another data stream's documents, and of events of which more or less was learnt: where
 * the stages see another order, they know another time since when somebody had a right.
 */
export function joinedOf(documents: readonly unknown[]): ReadonlyMap<string, unknown> {
  const joined = new Map<string, unknown>();
  for (const [id, document] of saidOf(documents)) {
    const { host, kubernetes, message, podwitness, process, user } = document as Json;
    const { session } = podwitness as Json;
    joined.set(id, { host, kubernetes, message, process, session, user });
  }
  return joined;
}
