/** What a real API server's events say of sessions: a table of all facts of one recording. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RequestFact } from '../../../../../../services/detector/sessions/facts/model.ts';
import { missingData, recordedScenario } from '../../../../../support/data.ts';
import { factsOf, factText } from './facts.ts';

const missing = missingData();

/** Each request once: its stages in order of their coming. */
function requestsOf(scenario: string): readonly (readonly RequestFact[])[] {
  const bySession = new Map<string, RequestFact[]>();
  for (const fact of recordedScenario(scenario).bodies.flatMap((body) => factsOf(body))) {
    if (fact.kind !== 'request') continue;
    bySession.set(fact.session, [...(bySession.get(fact.session) ?? []), fact]);
  }
  return [...bySession.values()];
}

/** The states that a request went through, and its last fact. */
function rowOf(facts: readonly RequestFact[]): string {
  const states = [...new Set(facts.map(({ state }) => state))].sort().join('+');
  const last = facts.at(-1);
  return last === undefined ? '' : `${states}: ${factText(last)}`;
}

describe.skipIf(missing !== undefined)(
  `recordings${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('exec, attach, port-forward, cp, debug: over WebSocket and SPDY, let in and refused', () => {
      const shell = "payments/checkout-0 (app) sh -c 'curl -s http://169.254.169.254/la…";
      const token = 'production/ledger-0 (app) cat /var/run/secrets/kubernetes.io/servi…';
      const bothClients = [
        'asked+ended+started: exec ended 101 alice payments/checkout-0 (app) id',
        `asked+ended+started: exec ended 101 alice ${shell}`,
        'asked+ended+started: exec ended 101 alice payments/checkout-0 (app) /bin/bash',
        'asked+ended+started: attach ended 101 alice payments/checkout-0 (app)',
        'asked+ended+started: port-forward ended 101 alice payments/checkout-0',
        `asked+ended+started: exec ended 101 bob ${token}`,
      ];
      expect(requestsOf('d').map(rowOf)).toEqual([
        ...bothClients,
        ...bothClients,
        'asked+refused: exec refused 400 alice payments/checkout-0 (nosuch) id',
        'asked+refused: exec refused 400 alice payments/checkout-0 (nosuch) id',
        'asked+ended+started: exec ended 101 alice payments/stuck-0 (app) id',
        'asked+refused: exec refused 500 alice payments/stuck-0 (app) id',
        'asked+refused: exec refused 400 alice payments/checkout-0 (app) id',
        'asked+ended+started: exec ended 101 alice payments/checkout-0 (app) sh -c \'echo "hi"\nls\'',
        "asked+ended+started: exec ended 101 alice payments/checkout-0 (app) sh -c 'echo AAAAAAAAAAAAAAAAAAAAAAAAAAAA…",
        'asked+refused: exec refused 400 alice payments/checkout-0 (app) mysql -pREDACTED',
        'asked+ended+started: cp ended 101 alice payments/checkout-0 (app) tar cf - /etc/passwd',
        'asked+refused: ephemeral refused 403 alice payments/checkout-0',
        'asked+changed: ephemeral changed 200 bob payments/checkout-0',
        'changed: debug-node changed 201 bob default/node-debugger-node-1-hmrpx on node-1',
        'asked+ended+started: exec ended 101 system:serviceaccount:ci:deployer production/api-0 (app) env',
        'asked+ended+started: exec ended 101 alice payments/checkout-0 (app) id',
      ]);
    });

    it('says how it was asked for, by whom, and from where', () => {
      const all = requestsOf('d').flatMap((facts) => facts.at(-1) ?? []);
      const of = (kind: string) => all.filter(({ sessionKind }) => sessionKind === kind);
      expect(of('exec')[2]).toMatchObject({
        ...{ argv: ['/bin/bash'], commandLine: '/bin/bash', tty: true, stdin: true },
        ...{ timeMs: Date.parse('2026-11-21T06:10:05.613Z'), marking: 'unsaid', partial: false },
        who: {
          user: {
            name: 'alice',
            id: 'u-alice',
            roles: ['dev', 'payments-dev', 'system:authenticated'],
          },
          source: { ip: '127.0.0.1' },
          user_agent: { name: 'kubectl', version: '1.33.1' },
          podwitness: { actor: { kind: 'human', name: 'alice' } },
        },
        context: {
          orchestrator: { cluster: { name: 'prod' } },
          kubernetes: { namespace: 'payments' },
        },
      });
      expect(of('cp')[0]).toMatchObject({
        copy: 'from_container',
        argv: ['tar', 'cf', '-', '/etc/passwd'],
      });
      expect(of('ephemeral')[1]).toMatchObject({
        ...{ containers: ['debugger-l28h6'], images: ['busybox:1.36'] },
        context: { podwitness: { request: { ephemeral: { targets: ['app'] } } } },
      });
      expect(of('debug-node')[0]).toMatchObject({
        ...{ containers: ['debugger'], images: ['busybox:1.36'], privileged: true },
        context: { podwitness: { workload: { host_paths: ['/'], host_pid: true } } },
      });
      // bob acted as alice: it counts as hers, and says so.
      expect(all.at(-1)).toMatchObject({
        userName: 'alice',
        who: {
          user: {
            name: 'bob',
            effective: { name: 'alice', roles: ['payments-dev', 'system:authenticated'] },
          },
        },
      });
    });

    it('pods that are made, put on a node, deleted', () => {
      const pods = (scenario: string) =>
        recordedScenario(scenario)
          .bodies.flatMap((body) => factsOf(body))
          .filter(({ kind }) => kind === 'pod');
      expect(pods('d').map(factText)).toEqual([
        'pod created payments/checkout-dbg',
        'pod bound payments/checkout-dbg on node-2',
        'pod created payments/tmp-shell',
        'pod deleted payments/tmp-shell',
        'pod deleted payments/checkout-dbg',
      ]);
      const made = pods('f').filter((fact) => fact.kind === 'pod' && fact.change === 'created');
      expect(made).toHaveLength(12);
      expect(made.find(({ place }) => place.pod === 'priv')).toMatchObject({ privileged: true });
      expect(made.find(({ place }) => place.pod === 'notpriv')).toMatchObject({
        privileged: false,
      });
      expect(made.find(({ place }) => place.pod === 'hostnet')).not.toHaveProperty('privileged');
    });

    it('says nothing of what is no way in: reading pods and logs, proxies of pods and services', () => {
      for (const scenario of ['a', 'b', 'c']) expect(requestsOf(scenario)).toEqual([]);
    });

    it('gives a session one id, by file and by webhook, at every stage', () => {
      for (const facts of requestsOf('d')) {
        expect(new Set(facts.map(({ auditId }) => auditId)).size).toBe(1);
        expect(new Set(facts.map(({ receivedMs }) => receivedMs)).size).toBe(1);
      }
      const byWebhook = requestsOf('d').map(([first]) => first?.session);
      const file = readFileSync(recordedScenario('d').auditLog);
      const byFile = factsOf(file, { source: 'logs' }).flatMap((fact) =>
        fact.kind === 'request' ? fact.session : [],
      );
      expect(byWebhook).toHaveLength(26);
      expect(new Set(byFile)).toEqual(new Set(byWebhook));
      const elsewhere = factsOf(file, { source: 'logs', cluster: 'other' });
      expect(
        elsewhere.some((fact) => fact.kind === 'request' && byWebhook.includes(fact.session)),
      ).toBe(false);
    });
  },
);
