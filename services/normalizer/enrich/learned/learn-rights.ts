/**
 * Owns: what events say of bindings (to whom which role is given) and of roles.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { object, objects, text, texts } from '../../map/fields.ts';
import { type FactKind, factKey, type Says } from './fact.ts';
import type { Heard, Learner, Verb } from './heard.ts';
import { says, short, shorts } from './says.ts';

/** `User/alice`, `Group/dev`, `ServiceAccount/ci/deployer`, as in the authorizer's reason. */
function subjectOf(subject: JsonObject): string | undefined {
  const [kind, name] = [text(subject['kind']), text(subject['name'])];
  if (kind === undefined || name === undefined) return undefined;
  const namespace = text(subject['namespace']);
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

function roleOf(body: JsonObject | undefined): string | undefined {
  const ref = object(body?.['roleRef']);
  const [kind, name] = [short(ref?.['kind']), short(ref?.['name'])];
  return kind === undefined || name === undefined ? undefined : `${kind}/${name}`;
}

/** `get,list secrets`, `* *`, `get /metrics`. */
function ruleOf(rule: JsonObject): string | undefined {
  const verbs = texts(rule['verbs']);
  const what = [...(texts(rule['resources']) ?? []), ...(texts(rule['nonResourceURLs']) ?? [])];
  if (verbs === undefined || what.length === 0) return undefined;
  const names = texts(rule['resourceNames']);
  const only = names === undefined ? '' : ` (${names.join(',')})`;
  return `${verbs.join(',')} ${what.join(',')}${only}`;
}

function listOf(
  body: JsonObject | undefined,
  name: string,
  of: (item: JsonObject) => string | undefined,
): readonly string[] | undefined {
  const list = body?.[name];
  return Array.isArray(list) ? shorts(objects(list).map(of)) : undefined;
}

/** The answer holds the whole object, a request may be a patch. */
function bodyOf({ event }: Heard): JsonObject | undefined {
  const answer = object(event['responseObject']);
  const isStatus = answer?.['kind'] === 'Status';
  return answer === undefined || isStatus ? object(event['requestObject']) : answer;
}

const CHANGES = { create: 'start', update: 'set', patch: 'set', delete: 'end' } as const;

function learner(kind: FactKind, saysOf: (body: JsonObject | undefined) => Says): Learner {
  return (heard: Heard, verb: Verb, name: string) => {
    const { cluster, facts, timeMs } = heard;
    if ((facts.subresource ?? '') !== '') return undefined;
    const by = short(facts.userName);
    const said = verb === 'delete' ? {} : saysOf(bodyOf(heard));
    return {
      key: factKey(kind, cluster, facts.namespace ?? '', name),
      atMs: timeMs,
      change: CHANGES[verb],
      says: by === undefined ? said : { ...said, by },
    };
  };
}

export function ofBinding(body: JsonObject | undefined): Says {
  return says({ role: roleOf(body), subjects: listOf(body, 'subjects', subjectOf) });
}

export function ofRole(body: JsonObject | undefined): Says {
  return says({ rules: listOf(body, 'rules', ruleOf) });
}

export const learnBinding = learner('binding', ofBinding);
export const learnRole = learner('role', ofRole);
