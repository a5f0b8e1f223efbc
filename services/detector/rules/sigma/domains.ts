/**
 * Owns: fields with few values, and the values of a rule that no event has there.
 * Does not own: what such values may be meant to be (pipeline.ts).
 */
import { exactText, foldCase } from '../pattern.ts';
import type { Test } from './model.ts';

interface Domain {
  readonly field: string;
  readonly has: (folded: string) => boolean;
  readonly remedy: string;
}

function oneOf(...values: readonly string[]): Pick<Domain, 'has' | 'remedy'> {
  const folded = values.map(foldCase);
  return { has: (text) => folded.includes(text), remedy: `Use: ${values.join(', ')}.` };
}

/** Of audit.k8s.io/v1 Event (k8s.io/apiserver, pkg/apis/audit and pkg/endpoints/filters). */
const DOMAINS: readonly Domain[] = [
  { field: 'kind', ...oneOf('Event') },
  { field: 'responseStatus.status', ...oneOf('Success', 'Failure') },
  { field: 'annotations.authorization.k8s.io/decision', ...oneOf('allow', 'forbid') },
  {
    field: 'responseStatus.code',
    has: (text) => /^[1-5]\d\d$/.test(text),
    remedy: 'Use a status code of HTTP.',
  },
];

interface NeverMatching {
  readonly reason: string;
  readonly remedy: string;
}

/** Values of the test that no audit event has in its field. */
export function neverMatching(test: Test): readonly NeverMatching[] {
  if (test.kind !== 'equals') return [];
  const { encodings, open } = test.transform;
  const name = test.field.replace(/^kubernetes\.audit\./, '');
  const domain = DOMAINS.find(({ field }) => field === name);
  if (domain === undefined || open.start || open.end || encodings.length > 0) return [];
  const texts = test.values.flatMap((value) =>
    (value ?? []).flatMap((one) => exactText(one) ?? []),
  );
  return texts
    .filter((text) => !domain.has(foldCase(text)))
    .map((text) => ({
      reason: `no audit event has the ${name} "${text}"`,
      remedy: domain.remedy,
    }));
}
