/**
 * Owns: what the templates that ship promise (detection rules' fields and types), and how they are
 * fitted to a cluster.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../../../../shared/adapters/elasticsearch/capabilities.ts';
import { fieldTypes } from '../../../../../shared/adapters/elasticsearch/field-types.ts';
import {
  holds,
  isSameTemplate,
} from '../../../../../shared/adapters/elasticsearch/template-diff.ts';
import {
  fingerprintOf,
  fitTemplates,
  readTemplates,
  streamLifecycle,
  withDeletePhase,
} from '../../../../../shared/adapters/elasticsearch/templates.ts';

const TEMPLATES = readTemplates(
  fileURLToPath(new URL('../../../../../infra/elastic', import.meta.url)),
);
const FULL: Capabilities = {
  ilm: true,
  streamLifecycle: true,
  streamApi: true,
  missingTypes: new Set(),
};

function fit(capabilities: Partial<Capabilities> = {}, refreshIntervalSeconds = 5) {
  return fitTemplates(TEMPLATES, {
    capabilities: { ...FULL, ...capabilities },
    refreshIntervalSeconds,
  });
}

describe('the templates', () => {
  // What Elastic's prebuilt rules for Kubernetes audit logs read, as the keyword family.
  const K = 'kubernetes.audit';
  const keywords = [
    ...['objectRef.resource', 'objectRef.namespace', 'objectRef.name', 'objectRef.subresource'],
    ...['annotations.authorization_k8s_io/decision', 'verb', 'requestURI', 'stage', 'level'],
    ...['user.username', 'user.groups', 'sourceIPs', 'userAgent', 'responseStatus.message'],
    ...['user.extra.authentication.kubernetes.io/pod-name', 'requestObject.roleRef.name'],
    ...['impersonatedUser.username', 'impersonatedUser.groups', 'requestObject.spec.type'],
    ...['requestObject.spec.containers.image', 'requestObject.spec.serviceAccountName'],
    ...['requestObject.rules.verbs', 'requestObject.rules.resources'],
    ...['responseObject.rules.verbs', 'responseObject.rules.resources'],
    ...['requestObject.spec.containers.securityContext.capabilities.add'],
    ...['requestObject.spec.volumes.hostPath.path'],
  ].map((name) => `${K}.${name}`);
  const ecs = ['event.id', 'event.dataset', 'event.action', 'user.name', 'user_agent.original'];
  const types = fieldTypes(TEMPLATES);

  it.each([...keywords, ...ecs])('%s is a keyword', (field) => {
    expect(types.get(field)).toEqual({ type: 'keyword', ignoreAbove: 8_191 });
  });

  it.each([
    ['@timestamp', 'date'],
    ['source.ip', 'ip'],
    ['client.ip', 'ip'],
    [`${K}.responseStatus.code`, 'integer'],
    [`${K}.requestObject.spec.hostPID`, 'boolean'],
    [`${K}.requestObject.spec.hostIPC`, 'boolean'],
    [`${K}.requestObject.spec.hostNetwork`, 'boolean'],
    [`${K}.requestObject.spec.containers.securityContext.privileged`, 'boolean'],
    ['podwitness.request_object', 'flattened'],
    ['podwitness.session.commands.command_line', 'wildcard'],
  ])('%s is %s', (field, type) => {
    expect(types.get(field)?.type).toBe(type);
  });

  it('use less than half of their own limit of fields, above the priority of Fleet', () => {
    const settings = TEMPLATES.components.get('podwitness-settings');
    const limit = /"total_fields":\{"limit":"(\d+)"\}/.exec(JSON.stringify(settings))?.[1];
    expect(types.size * 2).toBeLessThan(Number(limit));
    for (const template of Object.values(TEMPLATES.index)) {
      expect(template['priority']).toBeGreaterThan(200);
      expect(template['composed_of']).toEqual([
        ...['podwitness-settings', 'podwitness-ecs', 'podwitness-kubernetes', 'podwitness-falco'],
        ...['podwitness-own', 'podwitness@custom'],
      ]);
    }
  });
});

describe('fitTemplates', () => {
  it('keeps all that the cluster can do', () => {
    const text = JSON.stringify([...fit().components.values(), fit().index.events]);
    for (const type of ['wildcard', 'constant_keyword', 'match_only_text']) {
      expect(text).toContain(`"type":"${type}"`);
    }
    expect(text).toContain('"lifecycle":{"name":"podwitness"}');
  });

  it('replaces types and lifecycles that are missing', () => {
    const missingTypes = new Set(['wildcard', 'constant_keyword', 'match_only_text']);
    const fitted = fit({ ilm: false, streamLifecycle: false, missingTypes });
    const text = JSON.stringify([...fitted.components.values(), fitted.index.events]);
    expect(text).not.toMatch(/"type":"(wildcard|constant_keyword|match_only_text)"/);
    expect(text).not.toContain('lifecycle');
    expect(text).not.toContain('"value"');
    const own = fit({ ilm: false }).index;
    expect(own.events['template']).toHaveProperty('lifecycle', { enabled: true });
    expect(own.sessions['template']).not.toHaveProperty('lifecycle');
  });

  it('writes the refresh interval, which does not change the fingerprint of the mapping', () => {
    const settings = fit({}, 30).components.get('podwitness-settings');
    expect(settings).toHaveProperty('template.settings.index.refresh_interval', '30s');
    expect(fingerprintOf(fit({}, 30), 'events')).toBe(fingerprintOf(fit(), 'events'));
    const other = fit({ missingTypes: new Set(['wildcard']) });
    expect(fingerprintOf(other, 'events')).not.toBe(fingerprintOf(fit(), 'events'));
    expect(fingerprintOf(fit(), 'events')).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('isSameTemplate', () => {
  const wanted = {
    template: { settings: { index: { a: { b: 5 } } }, mappings: { dynamic: false } },
    priority: 250,
    data_stream: {},
  };
  const actual = {
    template: { settings: { index: { 'a.b': '5' } }, mappings: { dynamic: 'false' }, aliases: {} },
    priority: 250,
    data_stream: { hidden: false },
    version: 1,
  };
  it('reads settings as Elasticsearch writes them back', () => {
    expect(isSameTemplate(actual, wanted)).toBe(true);
  });
  it.each([
    ['priority', { ...actual, priority: 200 }],
    ['a mapping', { ...actual, template: { ...actual.template, mappings: { dynamic: true } } }],
    [
      'a field more',
      { ...actual, template: { ...actual.template, mappings: { dynamic: false, x: 1 } } },
    ],
    [
      'a setting more',
      { ...actual, template: { ...actual.template, settings: { a: { b: 5 }, c: 1 } } },
    ],
    ['no data stream', { ...actual, data_stream: undefined }],
    ['nothing', {}],
  ])('sees %s', (_, other) => {
    expect(isSameTemplate(other, wanted)).toBe(false);
  });
  it('holds only what is there', () => {
    expect(holds({ a: [1, 2] }, { a: [1, 2] })).toBe(true);
    expect(holds({ a: [1, 2] }, { a: [1] })).toBe(false);
    expect(holds(undefined, { a: 1 })).toBe(false);
  });
});

describe('retention', () => {
  it('is a delete phase beside the phases that are there', () => {
    const hot = { min_age: '0ms', actions: {} };
    const warm = { min_age: '2d', actions: {} };
    const body = { policy: { _meta: { mine: true }, phases: { hot, warm } } };
    const deletion = { min_age: '30d', actions: { delete: {} } };
    expect(withDeletePhase(body, 30)).toEqual({
      policy: { _meta: { mine: true }, phases: { hot, warm, delete: deletion } },
    });
    expect(withDeletePhase(withDeletePhase(body, 90), 30)).toEqual(withDeletePhase(body, 30));
    expect(withDeletePhase(body, undefined)).toBe(body);
  });

  it('is the data streams’ own where the cluster has no policies', () => {
    const fitted = fitTemplates(TEMPLATES, {
      capabilities: { ...FULL, ilm: false },
      refreshIntervalSeconds: 5,
      retentionDays: 30,
    });
    expect(fitted.index.events['template']).toMatchObject({ lifecycle: streamLifecycle(30) });
    expect(streamLifecycle(30)).toEqual({ enabled: true, data_retention: '30d' });
    expect(streamLifecycle(undefined)).toEqual({ enabled: true });
  });
});
