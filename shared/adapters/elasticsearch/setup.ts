/**
 * Owns: `podwitness setup` against Elasticsearch: policy, templates, data streams and indices.
 * Idempotent; puts only what differs.
 * Does not own: what is in the templates (infra/elastic, templates.ts), rights (roles.ts).
 */
import { COLLECTIONS } from '../../domain/collections.ts';
import type { SetupStep } from '../../ports/event-store.ts';
import { askCapabilities, type Capabilities } from './capabilities.ts';
import { COLLECTION_NAMES, type Targets } from './names.ts';
import { accepted, type Rest } from './rest.ts';
import { setUpTarget } from './setup-target.ts';
import { isSameTemplate } from './template-diff.ts';
import {
  fitTemplates,
  indexTemplateName,
  isCustom,
  type Json,
  POLICY,
  streamLifecycle,
  type Templates,
  withDeletePhase,
} from './templates.ts';

export interface SetupParts {
  readonly rest: Rest;
  readonly targets: Targets;
  readonly templates: Templates;
  readonly refreshIntervalSeconds: number;
  readonly retentionDays?: number | undefined;
}

export async function setUp(parts: SetupParts): Promise<readonly SetupStep[]> {
  const { rest, targets, refreshIntervalSeconds, retentionDays } = parts;
  const capabilities = await askCapabilities(rest);
  const fit = { capabilities, refreshIntervalSeconds, retentionDays };
  const templates = fitTemplates(parts.templates, fit);
  const steps = missingSteps(capabilities);
  if (capabilities.ilm) steps.push(await setUpPolicy(rest, templates.policy, retentionDays));
  for (const [name, component] of templates.components) {
    steps.push(await setUpTemplate(rest, { api: 'component_template', name }, component));
  }
  for (const collection of COLLECTION_NAMES) {
    const name = indexTemplateName(collection);
    const template = templates.index[collection];
    steps.push(await setUpTemplate(rest, { api: 'index_template', name }, template));
  }
  for (const collection of COLLECTION_NAMES) {
    const target = targets[collection];
    const { streamApi } = capabilities;
    steps.push(
      await setUpTarget({
        rest,
        collection,
        target,
        templates,
        streamApi,
        refreshIntervalSeconds,
      }),
    );
  }
  if (!capabilities.ilm && capabilities.streamLifecycle && retentionDays !== undefined) {
    for (const collection of COLLECTION_NAMES) {
      if (COLLECTIONS[collection].mode !== 'append') continue;
      steps.push(await setUpLifecycle(rest, targets[collection], retentionDays));
    }
  }
  return steps;
}

/** The template's lifecycle is for data streams that are made later. */
async function setUpLifecycle(
  rest: Rest,
  target: string,
  retentionDays: number,
): Promise<SetupStep> {
  const name = `retention of ${target}`;
  const path = `/_data_stream/${target}/_lifecycle`;
  const wanted = streamLifecycle(retentionDays);
  const found = await rest.call<{
    data_streams?: readonly { readonly lifecycle?: Json }[];
  }>({ method: 'GET', path });
  const actual = accepted(found, `show the ${name}`).data_streams?.[0]?.lifecycle;
  if (actual?.['data_retention'] === wanted['data_retention']) return { name, state: 'unchanged' };
  accepted(await rest.call({ method: 'PUT', path, body: wanted }), `set the ${name}`);
  return { name, state: 'changed' };
}

/** What the cluster can't do, for a person. */
function missingSteps({
  ilm,
  missingTypes,
  streamApi,
  streamLifecycle,
}: Capabilities): SetupStep[] {
  const step = (name: string, detail: string): SetupStep => ({
    name,
    state: 'unsupported',
    detail,
  });
  const steps: SetupStep[] = [];
  if (missingTypes.size > 0) {
    const detail = `The cluster has no ${[...missingTypes].join(', ')}; keyword and text are used, which find the same and need more space.`;
    steps.push(step('field types', detail));
  }
  if (!ilm && streamLifecycle) {
    const detail =
      'The cluster has no index lifecycle management; the data streams roll over by their own lifecycle. Set their retention there.';
    steps.push(step('ILM policy', detail));
  } else if (!ilm) {
    const detail =
      'The cluster has no lifecycle management: nothing rolls over or is deleted by itself. Roll the data streams over (POST <name>/_rollover) and delete old backing indices from time to time.';
    steps.push(step('ILM policy', detail));
  }
  if (!streamApi) {
    const detail =
      'The cluster can not make data streams by name; each was made by a write that it refuses.';
    steps.push(step('data stream API', detail));
  }
  return steps;
}

/** Made once: phases are the operator's to add; only the delete phase follows the configuration. */
async function setUpPolicy(
  rest: Rest,
  policy: Json,
  retentionDays: number | undefined,
): Promise<SetupStep> {
  const name = `ILM policy ${POLICY}`;
  const path = `/_ilm/policy/${POLICY}`;
  const found = await rest.call<Record<string, Json>>({ method: 'GET', path });
  if (found.status === 404) {
    accepted(await rest.call({ method: 'PUT', path, body: policy }), `make the ${name}`);
    return { name, state: 'created' };
  }
  const actual = { policy: accepted(found, `show the ${name}`)[POLICY]?.['policy'] ?? {} };
  const wanted = withDeletePhase(actual, retentionDays);
  if (minAgeOf(actual) === minAgeOf(wanted)) return { name, state: 'unchanged' };
  accepted(await rest.call({ method: 'PUT', path, body: wanted }), `change the ${name}`);
  return { name, state: 'changed', detail: `deletes after ${retentionDays} days` };
}

function minAgeOf({ policy }: Json): unknown {
  const phases = (policy as { phases?: { delete?: { min_age?: unknown } } }).phases;
  return phases?.delete?.min_age;
}

interface TemplatePlace {
  readonly api: 'component_template' | 'index_template';
  readonly name: string;
}

async function setUpTemplate(
  rest: Rest,
  { api, name }: TemplatePlace,
  wanted: Json,
): Promise<SetupStep> {
  const path = `/_${api}/${name}`;
  const title = `${api.replace('_', ' ')} ${name}`;
  const found = await rest.call<Record<string, readonly Json[] | undefined>>({
    method: 'GET',
    path,
  });
  if (found.status === 404) {
    accepted(await rest.call({ method: 'PUT', path, body: wanted }), `make the ${title}`);
    return { name: title, state: 'created' };
  }
  const entry = accepted(found, `show the ${title}`)[`${api}s`]?.[0];
  const actual = (entry?.[api] ?? {}) as Json;
  if (isCustom(name) || isSameTemplate(actual, wanted)) return { name: title, state: 'unchanged' };
  accepted(await rest.call({ method: 'PUT', path, body: wanted }), `change the ${title}`);
  return { name: title, state: 'changed' };
}
