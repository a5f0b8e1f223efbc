/**
 * The documents of the recordings, byte for byte: one line per document in <scenario>.txt, some of
 * them whole and readable. After a wanted change: `npx vitest run -u` on this file, and read the diff.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  missingData,
  recordedBurst,
  recordedLogFiles,
  recordedScenario,
} from '../../../support/data.ts';
import { type Document, eventsOf } from './batches.ts';

const missing = missingData();

function golden(name: string): string {
  return fileURLToPath(new URL(`../../../golden/normalizer/${name}`, import.meta.url));
}

/** Distinct documents by id, as bytes, in order of arrival; times of arrival left out. */
function documentsIn(name: string, bodies: readonly Buffer[]): ReadonlyMap<string, Buffer> {
  const rest = { cluster: `recording-${name}`, receivedAt: 0 };
  const events = bodies.flatMap((body) => eventsOf(body, rest));
  return new Map(events.map(({ id, document }) => [id, document]));
}

function documentsOf(scenario: string): ReadonlyMap<string, Buffer> {
  return documentsIn(scenario, recordedScenario(scenario).bodies);
}

function lineOf(bytes: Buffer): string {
  const document = JSON.parse(bytes.toString('utf8')) as Document;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return `${hash} ${document.kubernetes.audit.stage} ${document.message}`;
}

describe.skipIf(missing !== undefined)(
  `recordings${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it.each(['a', 'b', 'c', 'd', 'f', 'i1', 'i3', 'j3'])(
      '%s gives the documents it gave',
      async (scenario) => {
        const lines = [...documentsOf(scenario).values()].map(lineOf);
        await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(golden(`${scenario}.txt`));
      },
    );

    it.each([
      ['impersonated-read', 'b', /^bob as alice read secret .*allowed$/],
      ['refused-list', 'b', /^mallory tried to list secrets .*refused \(403\)$/],
      ['watch-started', 'b', /^bob watched secrets .*started$/],
      ['exec', 'd', /^alice ran "id" in pod payments\/checkout-0 .*ended$/],
      ['exec-failed-handshake', 'd', /^alice tried to run .*failed \(400 bad request\)/],
      [
        'exec-by-service-account',
        'd',
        /^service account deployer in ci ran .* in pod production\/api-0 .*started$/,
      ],
      ['ephemeral-container', 'd', /^bob added a debug container to pod .*allowed$/],
      ['node-debugger', 'd', /^bob created pod default\/node-debugger.*allowed$/],
      ['refused-proxy', 'd', /^alice tried to send a request through .*refused \(403\)$/],
      ['port-forward-asked', 'd', /^alice asked to open a port-forward .*no answer yet$/],
      ['cluster-admin-bound', 'c', /^bob created cluster role binding mallory-admin .*allowed$/],
      ['role-with-wildcards', 'c', /^bob created cluster role god .*allowed$/],
      ['privileged-pod', 'f', /^alice created pod payments\/priv .*allowed$/],
      ['refused-by-admission', 'f', /^alice tried to create pod staging\/psa .*refused \(403\): /],
      ['json-patch', 'c', /^bob patched cluster role view .*allowed$/],
      ['token-requested', 'a', /^system:kube-controller-manager requested a token .*allowed$/],
    ])('%s is the document it was', async (name, scenario, message) => {
      const documents = [...documentsOf(scenario).values()].map(
        (bytes) => JSON.parse(bytes.toString('utf8')) as Document,
      );
      const found = documents.find((document) => message.test(document.message));
      if (found === undefined) throw new Error(`Scenario ${scenario} has no such event`);
      const text = `${JSON.stringify(found, null, 2)}\n`;
      await expect(text).toMatchFileSnapshot(golden(`${name}.json`));
    });

    it('the burst and rotated files give the documents that they gave, as a whole', async () => {
      const whole = [
        ['h', recordedBurst().bodies] as const,
        ['l', recordedLogFiles()] as const,
      ].map(([name, bodies]) => {
        const documents = [...documentsIn(name, bodies).values()];
        const hash = createHash('sha256').update(Buffer.concat(documents)).digest('hex');
        return `${name} ${documents.length} ${hash}`;
      });
      await expect(`${whole.join('\n')}\n`).toMatchFileSnapshot(golden('whole.txt'));
    }, 60_000);

    it('does not depend on how the events came', () => {
      const [first, ...rest] = recordedScenario('b').bodies.slice(0, 8);
      const listed = documentsOf('b');
      for (const body of [first, ...rest]) {
        const { items } = JSON.parse(String(body)) as { readonly items: readonly object[] };
        const lines = items
          .map((item) => JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...item }))
          .join('\n');
        for (const event of eventsOf(lines, { cluster: 'recording-b', receivedAt: 0 })) {
          expect(event.document.equals(listed.get(event.id) ?? Buffer.alloc(0))).toBe(true);
        }
      }
    });
  },
);
