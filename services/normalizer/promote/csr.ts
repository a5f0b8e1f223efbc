/**
 * Owns: `podwitness.csr`: certificates that are asked for and approved.
 * Does not own: the request in PKCS#10 itself (csr-subject.ts).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { compact, object, objects } from '../map/fields.ts';
import { subjectOf } from './csr-subject.ts';
import { count, listed, note, noteAll, short } from './lists.ts';
import type { Written } from './written.ts';

export function csrOf({ parts, ref, result }: Written): JsonObject | undefined {
  if (ref['resource'] !== 'certificatesigningrequests') return undefined;
  const usages = new Set<string>();
  const conditions = new Set<string>();
  for (const part of parts) {
    noteAll(usages, object(part['spec'])?.['usages']);
    const decided = objects(object(part['status'])?.['conditions']);
    for (const { type } of decided) note(conditions, type);
  }
  const specs = [...parts, result].map((part) => object(part?.['spec']));
  const spec = specs.find((s) => s?.['request'] !== undefined) ?? specs[0];
  const subject = subjectOf(spec?.['request']);
  return compact({
    signer: short(spec?.['signerName']),
    usages: listed(usages),
    expiration_seconds: count(spec?.['expirationSeconds']),
    // The server writes here who asked; whoever approves it is another one.
    requester: short(specs.find((s) => short(s?.['username']) !== undefined)?.['username']),
    conditions: listed(conditions),
    common_name: short(subject?.commonName),
    organizations: subject === undefined ? undefined : listed(new Set(subject.organizations)),
  });
}
