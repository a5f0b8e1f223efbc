/**
 * Owns: Sigma rules made from a seed, with the shares of tests and conditions that SigmaHQ's rules
 * have, over fields of Kubernetes audit events.
 *
 * SigmaHQ, 3,780 rules: contains 4616, endswith 3437, all 1181, keyword lists 682, startswith 570, re
 * 202, cidr 39; conditions with and 1245, `1 of` 1157, not 1001, `all of` 854, or 202. The texts are in
 * part those of the events, so that some match, and in part of tools that are never met there.
 */

type Random = () => number;

/** A linear congruential generator (the constants of Numerical Recipes). */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Source {
  readonly random: Random;
  below(bound: number): number;
  pick<T>(from: readonly T[]): T;
}

function sourceFrom(seed: number): Source {
  const random = randomFrom(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  return { random, below, pick: (from) => from[below(from.length)] as never };
}

const VERBS = ['get', 'list', 'watch', 'update', 'patch', 'create', 'delete', 'deletecollection'];
const RESOURCES = [
  ...['pods', 'leases', 'configmaps', 'secrets', 'endpoints', 'services', 'deployments', 'nodes'],
  ...['events', 'serviceaccounts', 'rolebindings', 'clusterroles', 'cronjobs', 'jobs', 'ingresses'],
];
const SUBRESOURCES = ['exec', 'attach', 'portforward', 'log', 'status', 'scale', 'token'];
const SYLLABLES = [
  ...[
    'mi',
    'ka',
    'tor',
    'zen',
    'lo',
    'pra',
    'shu',
    'ven',
    'dal',
    'fex',
    'gri',
    'hob',
    'jun',
    'kel',
  ],
  ...['nim', 'oxa', 'pul', 'qua', 'ras', 'sid', 'tum', 'ulm', 'vor', 'wex', 'yat', 'zub'],
];
const FIELDS = [
  'requestURI',
  'userAgent',
  'user.username',
  'objectRef.name',
  'objectRef.namespace',
];

/** A word that is in few other rules, and in no event. */
function word(source: Source): string {
  const length = 2 + source.below(3);
  return Array.from({ length }, () => source.pick(SYLLABLES)).join('');
}

/** Texts as attackers' tools leave them in each field; one in fifty of what the events have. */
function textFor(source: Source, field: string): string {
  const isMet = source.random() < 0.02;
  const number = source.below(30);
  switch (field) {
    case 'requestURI':
      return isMet ? `/namespaces/team-${number}-dev/` : `/${word(source)}/${word(source)}`;
    case 'userAgent':
      return isMet ? `python-requests/2.${number}` : `${word(source)}/v${number}.`;
    case 'user.username':
      return isMet ? `user${number}@example.com` : `${word(source)}@${word(source)}.example`;
    case 'objectRef.namespace':
      return isMet ? `team-${number}-prod` : `${word(source)}-${number}`;
    default:
      return isMet ? `-${number.toString(16)}` : `${word(source)}-${number}`;
  }
}

type Selection = Record<string, unknown> | readonly string[];

function list(source: Source, max: number, make: () => string): readonly string[] {
  return Array.from({ length: 1 + source.below(max) }, make);
}

function textTest(source: Source, selection: Record<string, unknown>): void {
  const field = source.pick(FIELDS);
  const make = (): string => textFor(source, field);
  const kind = source.random();
  // contains 4616, of which 1181 all; endswith 3437; startswith 570; re 202; wildcards.
  if (kind < 0.13) selection[`${field}|contains|all`] = [make(), make()];
  else if (kind < 0.5) selection[`${field}|contains`] = list(source, 4, make);
  else if (kind < 0.86) selection[`${field}|endswith`] = list(source, 3, make);
  else if (kind < 0.92) selection[`${field}|startswith`] = list(source, 3, make);
  else if (kind < 0.94) selection[`${field}|re`] = `${word(source)}-[0-9]{2,4}.*${word(source)}`;
  else if (kind < 0.95) selection['sourceIPs|cidr'] = [`198.51.${source.below(100)}.0/24`];
  else selection[field] = `*${make()}*${word(source)}`;
}

/** As a log source's own fields are in most rules. */
function exactTest(source: Source, selection: Record<string, unknown>): void {
  const kind = source.random();
  if (kind < 0.5) selection['verb'] = [...new Set(list(source, 3, () => source.pick(VERBS)))];
  if (kind > 0.3) selection['objectRef.resource'] = source.pick(RESOURCES);
  if (kind > 0.8) selection['objectRef.subresource'] = source.pick(SUBRESOURCES);
}

function selectionFrom(source: Source): Selection {
  const selection: Record<string, unknown> = {};
  if (source.random() < 0.4) exactTest(source, selection);
  textTest(source, selection);
  if (source.random() < 0.4) textTest(source, selection);
  return selection;
}

/** What is filtered out is common, as it is in real rules. */
function filterFrom(source: Source): Selection {
  const isAgent = source.random() < 0.5;
  if (isAgent) return { 'userAgent|startswith': ['kubelet/', 'kube-controller-manager/'] };
  return { 'user.username|startswith': [`system:serviceaccount:team-${source.below(60)}-dev:`] };
}

interface Detection {
  readonly selections: Record<string, Selection>;
  readonly condition: string;
}

function detectionFrom(source: Source): Detection {
  if (source.random() < 0.06) {
    const words = list(source, 4, () => `${word(source)}_${word(source)}`);
    return { selections: { keywords: words }, condition: 'keywords' };
  }
  const selections: Record<string, Selection> = {};
  const several = 2 + source.below(2);
  const kind = source.random();
  const add = (name: string, count: number): void => {
    for (let i = 0; i < count; i++) selections[`${name}_${i}`] = selectionFrom(source);
  };
  // Of 3,780: `1 of` 1157, `all of` 854, or 202, and 1245 with and; the others are one selection.
  let condition = 'selection_0';
  if (kind < 0.31) condition = '1 of selection_*';
  else if (kind < 0.53) condition = 'all of selection_*';
  else if (kind < 0.58) condition = 'selection_0 or selection_1';
  else if (kind < 0.7) condition = 'selection_0 and selection_1';
  add('selection', condition === 'selection_0' ? 1 : several);
  if (source.random() < 0.27) {
    selections['filter_main'] = filterFrom(source);
    condition = `(${condition}) and not 1 of filter_*`;
  }
  return { selections, condition };
}

/** The first `count` rules of the seed, each the JSON text of one rule; JSON is YAML, too. */
export function mixedRules(count: number, seed = 11): readonly string[] {
  const source = sourceFrom(seed);
  return Array.from({ length: count }, (_, i) => {
    const { condition, selections } = detectionFrom(source);
    return JSON.stringify({
      title: `mixed ${i}`,
      id: `00000000-0000-4000-9000-${String(i).padStart(12, '0')}`,
      ...{ status: 'test', description: 'made', level: 'medium' },
      logsource: { product: 'kubernetes', service: 'audit' },
      detection: { ...selections, condition },
    });
  });
}
