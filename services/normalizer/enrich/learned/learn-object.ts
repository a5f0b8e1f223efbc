/**
 * Owns: what an object of the Kubernetes API says, as a fact. Pure; the time is given.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { object, text, time } from '../../map/fields.ts';
import { type Change, type Fact, type FactKind, factKey, type Says } from './fact.ts';
import { ofPodBody, WHOLE } from './learn-pods.ts';
import { ofBinding, ofRole } from './learn-rights.ts';
import { isEmpty, ownerOf, says } from './says.ts';

/** Resources that are followed, with the list of each. */
export type Followed =
  | 'pods'
  | 'replicasets'
  | 'jobs'
  | 'rolebindings'
  | 'clusterrolebindings'
  | 'roles'
  | 'clusterroles';

interface Reading {
  readonly kind: FactKind;
  /** Before the name, in the key. */
  readonly before: string;
  /** It does not change while it lives: what is seen now was so from the beginning. */
  readonly isFixed: boolean;
  saysOf(body: JsonObject): Says;
}

const owned = (before: string): Reading => ({
  ...{ kind: 'owner', before, isFixed: true },
  saysOf: (body) => says({ owner: ownerOf(body) }),
});
const role: Reading = { kind: 'role', before: '', isFixed: false, saysOf: ofRole };
const binding: Reading = { kind: 'binding', before: '', isFixed: false, saysOf: ofBinding };

const READINGS: Readonly<Record<Followed, Reading>> = {
  pods: {
    ...{ kind: 'pod', before: '', isFixed: true },
    saysOf: (body) => ({ ...WHOLE, ...ofPodBody(body) }),
  },
  replicasets: owned('ReplicaSet/'),
  jobs: owned('Job/'),
  rolebindings: binding,
  clusterrolebindings: binding,
  roles: role,
  clusterroles: role,
};

/** `creationTimestamp` has whole seconds, so the object began within the second after it. */
const SECOND_MS = 1000;

/** `change`: `set` for one that is there, `end` for one that was deleted. */
export function learnObject(
  cluster: string,
  resource: Followed,
  body: JsonObject,
  { change, nowMs }: { readonly change: Exclude<Change, 'start'>; readonly nowMs: number },
): Fact | undefined {
  const metadata = object(body['metadata']);
  const name = text(metadata?.['name']);
  if (name === undefined || name === '') return undefined;
  const { before, isFixed, kind, saysOf } = READINGS[resource];
  const key = factKey(kind, cluster, text(metadata?.['namespace']) ?? '', `${before}${name}`);
  if (change === 'end') return { key, atMs: nowMs, change, says: {} };
  const said = saysOf(body);
  if (isEmpty(said)) return undefined;
  const created = time(metadata?.['creationTimestamp']);
  const isDated = isFixed && created !== undefined;
  return { key, atMs: isDated ? Date.parse(created) + SECOND_MS : nowMs, change, says: said };
}
