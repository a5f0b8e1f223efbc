/**
 * Owns: what an event's annotations and a refusal's message say, as fields.
 * Does not own: `kubernetes.audit.annotations` (services/normalizer/map).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { MARKING_WEBHOOKS } from '../../../shared/domain/session-marks.ts';
import { object, objects } from '../map/fields.ts';
import { grantedBy } from './granted-by.ts';
import { listed, note, noteAll, short } from './lists.ts';
import { refusalOf, violationsOf } from './pod-security.ts';

export interface Notes {
  grantedBy: JsonObject | undefined;
  refusedVerb: string | undefined;
  podSecurity: JsonObject | undefined;
  credentialId: string | undefined;
  validation: JsonObject | undefined;
  mutatedBy: Set<string> | undefined;
  notMutatedBy: Set<string> | undefined;
  failedOpen: Set<string> | undefined;
}

const MAX_JSON_CHARS = 64 * 1024;
const MUTATION = 'mutation.webhook.admission.k8s.io/';
const FAILED_OPEN = [
  'failed-open.validating.webhook.admission.k8s.io/',
  'failed-open.mutation.webhook.admission.k8s.io/',
];
const IMPERSONATION = ' cannot impersonate resource "';
const ESCALATION = 'is attempting to grant RBAC permissions not currently held';

function parsed(text: string): unknown {
  if (text.length > MAX_JSON_CHARS) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Free text of another writer.
    return undefined;
  }
}

/** Violations of ValidatingAdmissionPolicies whose action is to tell. */
function validationOf(text: string): JsonObject | undefined {
  const [policies, bindings] = [new Set<string>(), new Set<string>()];
  const [actions, messages] = [new Set<string>(), new Set<string>()];
  for (const failure of objects(parsed(text))) {
    note(policies, failure['policy']);
    note(bindings, failure['binding']);
    note(messages, failure['message']);
    noteAll(actions, failure['validationActions']);
  }
  if (policies.size === 0) return undefined;
  return {
    policies: listed(policies),
    bindings: listed(bindings),
    actions: listed(actions),
    messages: listed(messages),
  };
}

function noteMutation(notes: Notes, text: string): void {
  const { configuration, mutated, webhook } = object(parsed(text)) ?? {};
  if (typeof webhook !== 'string') return;
  const name = `${String(configuration)}/${webhook}`;
  if (mutated === true) {
    notes.mutatedBy ??= new Set();
    note(notes.mutatedBy, name);
  }
  // Most webhooks let most of what they are asked about be; of these it is a session without a mark.
  if (mutated === false && MARKING_WEBHOOKS.has(webhook)) {
    notes.notMutatedBy ??= new Set();
    note(notes.notMutatedBy, name);
  }
}

type Take = (notes: Notes, value: string) => void;

function setPodSecurity(notes: Notes, more: JsonObject | undefined): void {
  if (more !== undefined) notes.podSecurity = { ...notes.podSecurity, ...more };
}

const BY_KEY: readonly (readonly [key: string, take: Take])[] = [
  [
    'authorization.k8s.io/reason',
    (notes, value) => {
      notes.grantedBy = grantedBy(value);
    },
  ],
  ['authorization.k8s.io/decision', () => undefined],
  [
    'authentication.kubernetes.io/issued-credential-id',
    (notes, value) => {
      notes.credentialId = short(value);
    },
  ],
  [
    'pod-security.kubernetes.io/audit-violations',
    (notes, value) => setPodSecurity(notes, violationsOf(value)),
  ],
  [
    'pod-security.kubernetes.io/enforce-policy',
    (notes, value) => setPodSecurity(notes, { policy: short(value) }),
  ],
  [
    'pod-security.kubernetes.io/exempt',
    (notes, value) => setPodSecurity(notes, { exempt: short(value) }),
  ],
  [
    'validation.policy.admission.k8s.io/validation_failure',
    (notes, value) => {
      notes.validation = validationOf(value);
    },
  ],
];
/** Some shippers change the dots of keys. */
const TAKES: ReadonlyMap<string, Take> = new Map(
  BY_KEY.flatMap(([key, take]) => [
    [key, take] as const,
    [key.replaceAll('.', '_'), take] as const,
  ]),
);

function noteOther(notes: Notes, key: string, value: string): void {
  const slash = key.indexOf('/');
  if (slash < 0 || key.startsWith('apiserver')) return;
  const group = key.slice(0, slash + 1).replaceAll('_', '.');
  if (group === MUTATION) noteMutation(notes, value);
  if (!FAILED_OPEN.includes(group)) return;
  notes.failedOpen ??= new Set();
  note(notes.failedOpen, value);
}

/**
 * A refusal to impersonate comes before anything else has spoken, and so without annotations; one to
 * give rights that one has not, after the authorizer allowed the request (apiserver.md §4).
 */
function noteRefusal(notes: Notes, event: JsonObject, status: JsonObject): void {
  const { message } = status;
  if (typeof message !== 'string') return;
  if (event['annotations'] === undefined) {
    if (message.includes(IMPERSONATION)) notes.refusedVerb = 'impersonate';
    return;
  }
  const refusal = refusalOf(message);
  setPodSecurity(notes, refusal);
  if (!message.includes(ESCALATION)) return;
  const resource = object(event['objectRef'])?.['resource'];
  notes.refusedVerb = String(resource).endsWith('bindings') ? 'bind' : 'escalate';
}

/** Undefined: nothing is said beside the authorizer's decision. */
export function notesOf(event: JsonObject): Notes | undefined {
  const annotations = object(event['annotations']);
  const status = object(event['responseStatus']);
  if (annotations === undefined && status?.['code'] !== 403) return undefined;
  const notes: Notes = {
    grantedBy: undefined,
    refusedVerb: undefined,
    podSecurity: undefined,
    credentialId: undefined,
    validation: undefined,
    mutatedBy: undefined,
    notMutatedBy: undefined,
    failedOpen: undefined,
  };
  for (const key in annotations) {
    const value = annotations[key];
    if (typeof value !== 'string') continue;
    const take = TAKES.get(key);
    if (take === undefined) noteOther(notes, key, value);
    else take(notes, value);
  }
  if (status?.['code'] === 403) noteRefusal(notes, event, status);
  return notes;
}
