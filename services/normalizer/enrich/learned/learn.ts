/**
 * Owns: which events say something that lasts, and what: of pods and what owns them, of bindings,
 * roles and tokens. Only what was done teaches: a request that was refused, or a dry run, does not.
 * Does not own: whether it is news (learning.ts). Pure and total: bodies are an attacker's text.
 */
import { object, text } from '../../map/fields.ts';
import type { Fact } from './fact.ts';
import type { Heard, Learner, Verb } from './heard.ts';
import { learnOwner, learnPod } from './learn-pods.ts';
import { learnBinding, learnRole } from './learn-rights.ts';
import { learnToken } from './learn-tokens.ts';

interface Lesson {
  /** Another group's resource may have the same name. */
  readonly group: string;
  readonly learner: Learner;
}

const RBAC = 'rbac.authorization.k8s.io';
// A map, no object: a client may send a resource `constructor`.
const LESSONS: ReadonlyMap<string, Lesson> = new Map([
  ['pods', { group: '', learner: learnPod }],
  ['replicasets', { group: 'apps', learner: learnOwner }],
  ['jobs', { group: 'batch', learner: learnOwner }],
  ['rolebindings', { group: RBAC, learner: learnBinding }],
  ['clusterrolebindings', { group: RBAC, learner: learnBinding }],
  ['roles', { group: RBAC, learner: learnRole }],
  ['clusterroles', { group: RBAC, learner: learnRole }],
  ['serviceaccounts', { group: '', learner: learnToken }],
]);

function verbOf(verb: string | null | undefined): Verb | undefined {
  switch (verb) {
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
      return verb;
    default:
      return undefined;
  }
}

/** The server has done what was asked. */
function isDone({ event, facts: { code, stage } }: Heard): boolean {
  if (stage !== 'ResponseComplete' || typeof code !== 'number' || code < 200 || code > 299) {
    return false;
  }
  return text(event['requestURI'])?.includes('dryRun=') !== true;
}

/** Reading is most of what happens: it is told apart by the verb alone. */
export function learn(heard: Heard): Fact | undefined {
  const verb = verbOf(heard.facts.verb);
  if (verb === undefined) return undefined;
  const lesson = LESSONS.get(heard.facts.resource ?? '');
  const { name } = heard.facts;
  if (lesson === undefined || typeof name !== 'string' || name === '') return undefined;
  if (!isDone(heard)) return undefined;
  const group = object(heard.event['objectRef'])?.['apiGroup'] ?? '';
  return group === lesson.group ? lesson.learner(heard, verb, name) : undefined;
}
