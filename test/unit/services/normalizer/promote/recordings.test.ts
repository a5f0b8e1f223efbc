/**
 * What is promoted from what a real API server wrote, and that the index knows each field of it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { promote } from '../../../../../services/normalizer/promote/promote.ts';
import { missingData, recordedScenario } from '../../../../support/data.ts';
import { ownOf, processOf } from './events.ts';

const missing = missingData();

interface Event {
  readonly stage: string;
  readonly verb: string;
  readonly objectRef?: { readonly name?: string; readonly resource?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

function eventsOf(scenario: string): readonly Event[] {
  return recordedScenario(scenario)
    .bodies.flatMap((body) => (JSON.parse(String(body)) as { items: readonly Event[] }).items)
    .filter(({ stage }) => stage !== 'RequestReceived');
}

/** Of the writes on an object of this name. */
function written(scenario: string, name: string): object {
  const event = eventsOf(scenario).find(
    ({ objectRef, verb }) => objectRef?.name === name && /create|patch/.test(verb),
  );
  if (event === undefined) throw new Error(`No ${name}`);
  return ownOf(event);
}

interface Mapping {
  readonly properties?: Readonly<Record<string, Mapping>>;
}

function unmapped(value: unknown, mapping: Mapping | undefined, path: string): readonly string[] {
  if (mapping === undefined) return [path];
  if (mapping.properties === undefined || typeof value !== 'object' || value === null) return [];
  const { properties } = mapping;
  return Object.entries(value).flatMap(([name, v]) =>
    v === undefined ? [] : unmapped(v, properties[name], `${path}.${name}`),
  );
}

function template(): Mapping {
  const file = '../../../../../infra/elastic/component-templates/podwitness-own.json';
  const text = readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8');
  const parsed = JSON.parse(text) as { template: { mappings: Mapping } };
  const own = parsed.template.mappings.properties?.['podwitness'];
  if (own === undefined) throw new Error('No podwitness.*');
  return own;
}

describe.skipIf(missing !== undefined)(
  `recordings${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('of exec: the command, over WebSocket and SPDY', () => {
      const lines = eventsOf('d').flatMap((event) => {
        const process = processOf(event) as { command_line: string } | undefined;
        return process === undefined ? [] : [`${event.verb} ${process.command_line}`];
      });
      expect(lines).toContain('get id');
      expect(lines).toContain('create id');
      expect(lines).toContain('get mysql -phunter2-test');
      expect(lines).toContain(`get sh -c 'echo "hi"\nls'`);
      expect(lines).toContain(
        `get sh -c 'curl -s http://169.254.169.254/latest/meta-data/ | base64; echo "a&b=c" > /tmp/ü "x y"'`,
      );
      expect(Math.max(...lines.map(({ length }) => length))).toBeGreaterThan(6000);
    });

    it('of privileged pods: what makes them so', () => {
      expect(written('f', 'priv')).toMatchObject({ workload: { privileged: true } });
      expect(written('f', 'notpriv')).toMatchObject({ workload: { privileged: false } });
      expect(written('f', 'initpriv')).toMatchObject({ workload: { privileged: true } });
      expect(written('f', 'hostipc')).toMatchObject({ workload: { host_ipc: true } });
      expect(written('f', 'sock')).toMatchObject({ workload: { runtime_socket: true } });
      expect(written('f', 'caps')).toMatchObject({
        workload: { capabilities_added: ['SYS_ADMIN', 'SYS_PTRACE'] },
      });
      expect(written('f', 'psa')).toMatchObject({
        pod_security: { refused: true, violated: 'restricted:latest' },
      });
    });

    it('of RBAC: who got what, and what was refused', () => {
      expect(written('c', 'mallory-admin')).toMatchObject({
        rbac: {
          ...{ cluster_admin: true, subjects: ['User:mallory'] },
          granted_by: { binding: 'platform-admins', subject: 'platform-admins' },
        },
      });
      expect(written('c', 'god')).toMatchObject({ rbac: { wildcard: true } });
      expect(written('c', 'evegod')).toMatchObject({ rbac: { refused_verb: 'escalate' } });
      expect(written('c', 'dry')).toMatchObject({ request: { dry_run: true } });
    });

    it('of every request that RBAC allowed: by what', () => {
      for (const event of ['a', 'b', 'c', 'd', 'f', 'j3'].flatMap(eventsOf)) {
        if (!event.annotations?.['authorization.k8s.io/reason']) continue;
        expect(ownOf(event)).toMatchObject({ rbac: { granted_by: { role: expect.any(String) } } });
      }
    });

    it('are known to the index', () => {
      const mapping = template();
      for (const event of ['a', 'b', 'c', 'd', 'f', 'j3'].flatMap(eventsOf)) {
        const own = promote(event as unknown as Record<string, unknown>).own ?? {};
        expect(unmapped(own, mapping, 'podwitness')).toEqual([]);
      }
    });
  },
);
