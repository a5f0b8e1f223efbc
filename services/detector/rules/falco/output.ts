/**
 * Owns: a rule's output, text to template: `%` and a field, with its argument or with transformers
 * around it. What has no value is written `<NA>`, as Falco writes it.
 */
import type { OutputTemplate } from '../model.ts';
import type { ResolveField } from './fields/field.ts';
import { parseSubjectAt } from './parse.ts';
import { printSubject } from './print.ts';
import { LoweringError, lowerSubject } from './subject.ts';

const ABSENT = '<NA>';

/** @throws LoweringError, with the character of the output */
export function compileOutput(text: string, resolve: ResolveField): OutputTemplate {
  const parts: OutputTemplate['parts'][number][] = [];
  let from = 0;
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', from)) {
    if (at > from) parts.push(text.slice(from, at));
    const parsed = parseSubjectAt(text, at + 1);
    if (!parsed.ok) {
      const token = text.slice(at + 1, at + 41);
      throw new LoweringError(`invalid formatting token ${token}`, at);
    }
    const { end, subject } = parsed.value;
    const { field } = lowerSubject(subject, resolve);
    parts.push({ name: printSubject(subject), field });
    from = end;
  }
  if (from < text.length) parts.push(text.slice(from));
  return { parts, absent: ABSENT };
}
