/**
 * Owns: the pipeline for Kubernetes audit events: names and values that published rules use although no
 * audit event has them, and what they mean by them. Data first; applied to a rule's tree.
 * Does not own: where the fields lie (fields.ts).
 */
import { exactText, foldCase, literal } from '../pattern.ts';
import type { Alternatives, Detection, EqualsTest, Selection, Test } from './model.ts';

/** Name to the name of the audit event. */
export const AUDIT_NAMES: Readonly<Record<string, string>> = {
  apiGroup: 'objectRef.apiGroup',
  // "Setting non-standard capabilities": one that only drops some is no finding.
  capabilities: 'requestObject.spec.containers.securityContext.capabilities.add',
  hostPath: 'requestObject.spec.volumes.hostPath.path',
};

interface ValueMapping {
  readonly field: string;
  /** Folded (pattern.ts, foldCase). */
  readonly value: string;
  readonly means: { readonly field: string; readonly value: string };
}
const DECISION = 'annotations.authorization.k8s.io/decision';
const AUDIT_VALUES: readonly ValueMapping[] = [
  { field: 'responseStatus.code', value: 'allow', means: { field: DECISION, value: 'allow' } },
  { field: 'responseStatus.code', value: 'forbid', means: { field: DECISION, value: 'forbid' } },
  // A request with PUT; the API server's word for it is update.
  { field: 'verb', value: 'replace', means: { field: 'verb', value: 'update' } },
];

/** The detection as it is meant. */
export function throughPipeline<T extends Detection>(detection: T): T {
  const selections = Object.entries(detection.selections);
  return {
    ...detection,
    selections: Object.fromEntries(selections.map(([name, of]) => [name, mapped(of)])),
  };
}

function mapped(selection: Selection): Selection {
  if ('of' in selection) return { ...selection, of: selection.of.map(mapped) };
  return selection.kind === 'equals' ? mappedTest(selection) : selection;
}

/** The test without the values that mean something else, beside a test for each of those. */
function mappedTest(test: EqualsTest): Selection {
  const mappings = test.values.map((value) => mappingOf(test, value));
  if (mappings.every((mapping) => mapping === undefined)) return test;
  const rest = test.values.filter((_, i) => mappings[i] === undefined);
  const others = mappings.flatMap((mapping): Test[] =>
    mapping === undefined
      ? []
      : [{ ...test, field: mapping.means.field, values: [[literal(mapping.means.value)]] }],
  );
  const isAny = (test.quantifier === 'any') !== test.negated;
  const of: Selection[] = rest.length === 0 ? others : [{ ...test, values: rest }, ...others];
  return { kind: isAny ? 'any' : 'all', of };
}

function mappingOf(test: EqualsTest, value: Alternatives | null): ValueMapping | undefined {
  const { encodings, open } = test.transform;
  const [only, ...more] = value ?? [];
  const text = only === undefined || more.length > 0 ? undefined : exactText(only);
  if (text === undefined || open.start || open.end || encodings.length > 0) return undefined;
  const name = test.field.replace(/^kubernetes\.audit\./, '');
  const folded = foldCase(text);
  return AUDIT_VALUES.find((mapping) => mapping.field === name && mapping.value === folded);
}
