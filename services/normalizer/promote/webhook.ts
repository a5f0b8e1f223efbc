/**
 * Owns: `podwitness.webhook` of what is written: who is asked about, and may change, which requests.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { compact, object, objects, text } from '../map/fields.ts';
import { listed, note, noteAll } from './lists.ts';
import type { Written } from './written.ts';

const RESOURCES = new Set<unknown>([
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
]);

interface Seen {
  readonly urls: Set<string>;
  readonly services: Set<string>;
  readonly policies: Set<string>;
  readonly operations: Set<string>;
  readonly resources: Set<string>;
}

function noteWebhook(seen: Seen, webhook: JsonObject): void {
  const client = object(webhook['clientConfig']);
  note(seen.urls, client?.['url']);
  const service = object(client?.['service']);
  if (typeof service?.['name'] === 'string') {
    note(seen.services, `${text(service['namespace']) ?? ''}/${service['name']}`);
  }
  note(seen.policies, webhook['failurePolicy']);
  for (const rule of objects(webhook['rules'])) {
    noteAll(seen.operations, rule['operations']);
    noteAll(seen.resources, rule['resources']);
  }
}

export function webhookOf({ parts, ref }: Written): JsonObject | undefined {
  if (!RESOURCES.has(ref['resource'])) return undefined;
  const seen: Seen = {
    ...{ urls: new Set(), services: new Set(), policies: new Set() },
    ...{ operations: new Set(), resources: new Set() },
  };
  for (const part of parts) {
    for (const webhook of objects(part['webhooks'])) noteWebhook(seen, webhook);
  }
  return compact({
    urls: listed(seen.urls),
    services: listed(seen.services),
    failure_policies: listed(seen.policies),
    operations: listed(seen.operations),
    resources: listed(seen.resources),
  });
}
