/** Owns: examples of shared/adapters/elasticsearch/query.ts on the templates that ship. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fieldTypes } from '../../../../../shared/adapters/elasticsearch/field-types.ts';
import { buildQuery } from '../../../../../shared/adapters/elasticsearch/query.ts';
import { readTemplates } from '../../../../../shared/adapters/elasticsearch/templates.ts';

const TYPES = fieldTypes(
  readTemplates(fileURLToPath(new URL('../../../../../infra/elastic', import.meta.url))),
);

function clause(field: string, value: string) {
  const built = buildQuery({ collection: 'events', where: [{ field, value }] }, TYPES);
  const { filter } = (built.query as { bool: { filter: object[] } }).bool;
  return { clause: filter[0], runtime: Object.keys(built.runtime_mappings) };
}

const term = (field: string, value: string) => ({ term: { [field]: value } });
const stars = (field: string, value: string) => ({ wildcard: { [field]: { value } } });

describe('buildQuery', () => {
  const DECISION = 'kubernetes.audit.annotations.authorization_k8s_io/decision';
  const CODE = 'kubernetes.audit.responseStatus.code';
  const BODY = 'podwitness.request_object.spec.x';
  it.each([
    ['user.name', 'a', term('user.name', 'a'), false],
    ['user.name', 'a*', stars('user.name', 'a*'), false],
    ['user.name', 'a?\\*', stars('user.name', 'a\\?\\\\*'), false],
    ['user.name', 'x'.repeat(8_192), term('user.name', 'x'.repeat(8_192)), true],
    [DECISION, 'allow', term(DECISION, 'allow'), false],
    ['process.command_line', 'sh*', stars('process.command_line', 'sh*'), false],
    [CODE, '403', term(CODE, '403'), false],
    [CODE, '4*', stars(CODE, '4*'), true],
    [CODE, '403.0', term(CODE, '403.0'), true],
    [CODE, '99999999999', term(CODE, '99999999999'), true],
    ['source.ip', '10.0.0.1', term('source.ip', '10.0.0.1'), false],
    ['source.ip', '10.0.0.0/8', term('source.ip', '10.0.0.0/8'), true],
    ['podwitness.partial', 'true', term('podwitness.partial', 'true'), false],
    ['podwitness.partial', 'yes', term('podwitness.partial', 'yes'), true],
    ['message', 'text', term('message', 'text'), true],
    ['event.created', '2024', term('event.created', '2024'), true],
    [BODY, 'a', term(BODY, 'a'), false],
    [BODY, 'a*', stars(BODY, 'a*'), true],
    ['not.mapped', 'a', term('not.mapped', 'a'), true],
  ])('%s = %.12s', (field, value, expected, isRuntime) => {
    expect(clause(field, value)).toEqual({ clause: expected, runtime: isRuntime ? [field] : [] });
  });

  it.each(['user', 'kubernetes.audit.requestObject', ''])('an object has no value: %s', (field) => {
    expect(clause(field, 'a')).toEqual({ clause: { match_none: {} }, runtime: [] });
  });

  it('bounds the time', () => {
    const built = buildQuery({ collection: 'events', where: [], since: 1, until: 2.5 }, TYPES);
    const range = { gte: 1, lt: 3, format: 'epoch_millis' };
    expect(built.query).toEqual({ bool: { filter: [{ range: { '@timestamp': range } }] } });
  });
});
