/**
 * Owns: a finding's message: what the rule says about the event, or the event itself in a sentence.
 */
import { textAt } from './document.ts';
import { fieldsOf, textOf } from './rules/engine/reader.ts';
import type { EventDocument } from './rules/expression.ts';
import type { OutputTemplate, Rule } from './rules/model.ts';
import { cut, plain, sentenceOf } from './sentence.ts';

/** A rule's output may name a whole object, and a sender may write what it likes. */
const MAX_LENGTH = 2000;

export function messageOf(rule: Rule, event: EventDocument): string {
  if (rule.output !== undefined) return render(rule.output, event);
  const isAudit = textAt(event, 'event', 'dataset') === 'kubernetes.audit_logs';
  const told = isAudit ? undefined : textAt(event, 'message');
  return told === undefined ? sentenceOf(event) : plain(cut(told, MAX_LENGTH));
}

function render({ absent, parts }: OutputTemplate, event: EventDocument): string {
  const valuesOf = fieldsOf(event);
  const texts = parts.map((part) => {
    if (typeof part === 'string') return part;
    const { isPresent, items } = valuesOf(part.field);
    const values = items.map((item) => textOf(item) ?? JSON.stringify(item));
    return !isPresent || values.length === 0 ? absent : values.join(', ');
  });
  return plain(cut(texts.join(''), MAX_LENGTH));
}
