/**
 * Owns: who had which token issued, by the id with which it is used later (its JTI).
 */
import { object, text, texts, time } from '../../map/fields.ts';
import { factKey } from './fact.ts';
import type { Learner } from './heard.ts';
import { says, short, shorts } from './says.ts';

const ISSUED = 'authentication.kubernetes.io/issued-credential-id';

export const learnToken: Learner = ({ cluster, event, facts, timeMs }, verb, name) => {
  if (facts.subresource !== 'token' || verb !== 'create') return undefined;
  // Every kubelet does so for each of its pods every hour, and their use names node and pod itself.
  if (facts.userName?.startsWith('system:node:') === true) return undefined;
  const annotations = object(event['annotations']);
  const id = short(annotations?.[ISSUED] ?? annotations?.[ISSUED.replaceAll('.', '_')]);
  if (id === undefined) return undefined;
  const spec = object(object(event['responseObject'] ?? event['requestObject'])?.['spec']);
  const status = object(object(event['responseObject'])?.['status']);
  const audiences = texts(spec?.['audiences']);
  const said = says({
    account: short(`${facts.namespace ?? ''}/${name}`),
    by: short(facts.userName),
    audiences: audiences && shorts(audiences),
    expires: time(status?.['expirationTimestamp']),
    from: short(facts.sourceIp),
    agent: short(text(event['userAgent'])),
  });
  return { key: factKey('token', cluster, '', id), atMs: timeMs, change: 'start', says: said };
};
