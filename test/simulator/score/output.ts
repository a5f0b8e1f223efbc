/**
 * Owns: what podwitness told: its session and finding documents, as far as they are judged. Nothing
 * else of it is read.
 */
export interface OutLying {
  /** ms since 1970. */
  readonly time: number;
  readonly pid?: number;
  readonly text?: string;
  readonly executable?: string;
  readonly rule?: string;
  readonly node?: string;
  readonly confidence: string;
  readonly others: readonly string[];
}

export interface OutSession {
  readonly id: string;
  readonly cluster: string;
  readonly kind: string;
  readonly namespace: string;
  readonly pod: string;
  readonly user: string;
  readonly asked: number;
  readonly confidence: string;
  readonly state: string;
  readonly commands: readonly OutLying[];
  readonly alerts: readonly OutLying[];
}

export interface OutFinding {
  readonly rule: string;
  readonly cluster: string;
  readonly session?: string;
  readonly auditID?: string;
  readonly namespace: string;
  readonly pod: string;
  readonly time: number;
  readonly message: string;
}

export interface Output {
  readonly sessions: readonly OutSession[];
  readonly findings: readonly OutFinding[];
}

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member by its path, in objects that are nested or have dotted names. */
function at(value: unknown, ...path: readonly string[]): unknown {
  if (path.length === 0) return value;
  if (!isJson(value)) return undefined;
  const whole = value[path.join('.')];
  if (whole !== undefined) return whole;
  const [first = '', ...rest] = path;
  return at(value[first], ...rest);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

function time(value: unknown): number {
  return typeof value === 'number' ? value : Date.parse(text(value));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const made: { [P in K]?: V } = {};
  if (value !== undefined) made[key] = value;
  return made;
}

function lyingOf(value: unknown, host: string): OutLying {
  const [pid, line, rule] = [at(value, 'pid'), at(value, 'command_line'), at(value, 'rule')];
  return {
    ...{ time: time(at(value, 'time')), confidence: text(at(value, 'confidence')) },
    ...{ others: list(at(value, 'others')).map(text), node: text(at(value, 'node')) || host },
    ...optional('pid', typeof pid === 'number' ? pid : undefined),
    ...optional('text', typeof line === 'string' ? line : undefined),
    ...optional('executable', text(at(value, 'executable')) || undefined),
    ...optional('rule', typeof rule === 'string' ? rule : undefined),
  };
}

function sessionOf(document: Json): OutSession {
  const own = at(document, 'podwitness', 'session');
  const host =
    text(at(document, 'host', 'name')) || text(at(document, 'kubernetes', 'node', 'name'));
  return {
    id: text(at(own, 'id')),
    cluster: text(at(document, 'orchestrator', 'cluster', 'name')),
    ...{ kind: text(at(own, 'kind')), state: text(at(own, 'state')) },
    confidence: text(at(own, 'confidence')),
    namespace: text(at(document, 'kubernetes', 'namespace')),
    pod: text(at(document, 'kubernetes', 'pod', 'name')),
    user: text(at(document, 'user', 'name')),
    asked: time(at(own, 'requested_at') ?? at(document, '@timestamp')),
    commands: list(at(own, 'commands')).map((value) => lyingOf(value, host)),
    alerts: list(at(own, 'alerts')).map((value) => lyingOf(value, host)),
  };
}

function findingOf(document: Json): OutFinding {
  return {
    rule: text(at(document, 'rule', 'id')),
    cluster: text(at(document, 'orchestrator', 'cluster', 'name')),
    ...optional('session', text(at(document, 'podwitness', 'session', 'id')) || undefined),
    ...optional('auditID', text(at(document, 'kubernetes', 'audit', 'auditID')) || undefined),
    namespace: text(at(document, 'kubernetes', 'namespace')),
    pod: text(at(document, 'kubernetes', 'pod', 'name')),
    time: time(at(document, '@timestamp')),
    message: text(at(document, 'message')),
  };
}

/** Documents of both kinds, in any order; of a session the last counts. */
export function readOutput(documents: Iterable<unknown>): Output {
  const sessions = new Map<string, OutSession>();
  const findings: OutFinding[] = [];
  for (const document of documents) {
    if (!isJson(document)) continue;
    if (text(at(document, 'rule', 'id')) !== '' && at(document, 'event', 'kind') === 'alert') {
      findings.push(findingOf(document));
      continue;
    }
    if (at(document, 'podwitness', 'session', 'kind') === undefined) continue;
    const session = sessionOf(document);
    sessions.set(session.id, session);
  }
  return { sessions: [...sessions.values()], findings };
}
