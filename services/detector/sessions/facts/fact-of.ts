/**
 * Owns: which fact about sessions an event is, if any.
 */
import type { AuditEvent } from '../../../../schemas/generated/avro.ts';
import type { MadeFinding } from '../../finding.ts';
import type { EventDocument } from '../../rules/expression.ts';
import type { SessionFact } from './model.ts';
import { alertFact, lineFact } from './node-facts.ts';
import { podFact } from './pod-fact.ts';
import { requestFact } from './request-fact.ts';

/**
 * Undefined: it says nothing of any session. `findings`: of the event; those of a command or an alert
 * are held in its fact as far as there is room. Total; at most MAX_FACT_BYTES as JSON.
 */
export function factOf(
  event: AuditEvent,
  document: EventDocument,
  findings: readonly MadeFinding[],
): SessionFact | undefined {
  switch (event.kind) {
    case 'audit':
      return requestFact(event, document, findings) ?? podFact(event, document);
    case 'process':
      return lineFact(event, document, findings);
    case 'alert':
      return alertFact(event, document, findings);
    default:
      return undefined;
  }
}
