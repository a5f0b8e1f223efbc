/** Owns: conditions of EQL that need a formula, as fields of their own: true or false. */
import type { EventDocument, Field, FieldPath } from '../../expression.ts';
import { isMissing, partOf } from '../../fields.ts';
import { valuesAt } from '../fields.ts';
import type { EqlNode } from './ast.ts';
import { type Formula, valuesOf } from './evaluate.ts';
import { formulaOf } from './formula.ts';

/** Absent where it is about something that was not recorded, so that the engine can not tell, either. */
export function computedField(node: EqlNode): Field {
  const formula = formulaOf(node);
  const fields = fieldsOf(formula);
  return {
    kind: 'computed',
    key: `eql ${JSON.stringify(node, (key, value: unknown) => (key === 'offset' ? undefined : value))}`,
    from: fields.flat(),
    read(document) {
      if (fields.some((paths) => isUnrecorded(document, paths))) return undefined;
      return [valuesOf(formula, document).includes(true)];
    },
  };
}

function isUnrecorded(document: EventDocument, paths: readonly FieldPath[]): boolean {
  const parts = paths.flatMap((path) => partOf(path) ?? []);
  return parts.some((part) => isMissing(document, part)) && valuesAt(document, paths) === undefined;
}

function fieldsOf(formula: Formula): readonly (readonly FieldPath[])[] {
  if (formula.kind === 'field') return [formula.paths];
  return formula.kind === 'apply' ? formula.args.flatMap(fieldsOf) : [];
}
