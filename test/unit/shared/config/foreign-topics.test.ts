/**
 * Owns: the proof of what must hold within an entry of collector.topics.
 */
import { expect, it } from 'vitest';
import { findConflicts } from '../../../../shared/config/checks.ts';
import { configSchema } from '../../../../shared/config/schema.ts';

const ENTRY = {
  ...{ name: 'hub', brokers: ['hub.servicebus.windows.net:9093'], topics: ['audit'] },
  ...{ group: '$Default', cluster: 'aks', source: 'eventhub' },
};
const SASL = { mechanism: 'plain', username: '$ConnectionString', passwordFile: '/run/hub' };
const TLS = { enabled: true };

function said(...topics: readonly object[]): string {
  const values = configSchema.parse({ collector: { topics } });
  return findConflicts(values)
    .map(({ message, name }) => `${name} ${message}`)
    .join('\n');
}

it('takes an Event Hub, and a plain broker', () => {
  expect(said({ ...ENTRY, ssl: TLS, sasl: SASL }, { ...ENTRY, name: 'plain' })).toBe('');
  const near = { ...ENTRY, brokers: ['127.0.0.1:9092'], sasl: SASL };
  expect(said(near)).toBe('');
});

it.each([
  [{ ...ENTRY, sasl: SASL }, 'readable'],
  [{ ...ENTRY, ssl: TLS, sasl: { mechanism: 'plain' } }, 'needs sasl.username'],
  [{ ...ENTRY, sasl: { username: 'u' } }, 'without sasl.mechanism'],
  [{ ...ENTRY, ssl: { caFile: '/ca' } }, 'without ssl.enabled'],
])('refuses %j', (entry, expected) => {
  expect(said(entry)).toContain(expected);
  expect(said(entry)).toContain("collector.topics 'hub'");
});

it('refuses two entries of one name', () => {
  expect(said(ENTRY, ENTRY)).toContain("two entries are named 'hub'");
});
