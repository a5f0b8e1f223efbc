/**
 * The documents of two recordings, byte for byte: one line per document in <scenario>.txt, some of
 * them whole and readable. After a wanted change: `npx vitest run -u` on this file, and read the diff.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { missingData, recordedScenario } from '../../../support/data.ts';
import { type Document, eventsOf } from './batches.ts';

const missing = missingData();

function golden(name: string): string {
  return fileURLToPath(new URL(`../../../golden/normalizer/${name}`, import.meta.url));
}

/** Distinct documents by id, as bytes, in order of arrival; times of arrival left out. */
function documentsOf(scenario: string): ReadonlyMap<string, Buffer> {
  const events = recordedScenario(scenario).bodies.flatMap((body) =>
    eventsOf(body, { cluster: `recording-${scenario}`, receivedAt: 0 }),
  );
  return new Map(events.map(({ id, document }) => [id, document]));
}

function lineOf(bytes: Buffer): string {
  const document = JSON.parse(bytes.toString('utf8')) as Document;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return `${hash} ${document.kubernetes.audit.stage} ${document.message}`;
}

describe.skipIf(missing !== undefined)(
  `recordings${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it.each(['b', 'd'])('%s gives the documents it gave', async (scenario) => {
      const lines = [...documentsOf(scenario).values()].map(lineOf);
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(golden(`${scenario}.txt`));
    });

    it.each([
      ['impersonated-read', 'b', /^bob as alice read secrets .*allowed$/],
      ['refused-list', 'b', /^mallory listed secrets .*refused \(403\)$/],
      ['watch-started', 'b', /^bob watched secrets .*allowed$/],
      ['exec', 'd', /^alice ran a command in pods payments\/checkout-0 .*allowed$/],
      ['exec-failed-handshake', 'd', /^alice ran a command .*failed \(400\)$/],
      [
        'exec-by-service-account',
        'd',
        /^system:serviceaccount:ci:deployer ran a command .*allowed$/,
      ],
      ['ephemeral-container', 'd', /^bob patched pods\/ephemeralcontainers .*allowed$/],
      ['node-debugger', 'd', /^bob created pods default\/node-debugger.*allowed$/],
      ['refused-proxy', 'd', /^alice reached through the API server .*refused \(403\)$/],
      ['port-forward-asked', 'd', /^alice forwarded a port .*asked$/],
    ])('%s is the document it was', async (name, scenario, message) => {
      const documents = [...documentsOf(scenario).values()].map(
        (bytes) => JSON.parse(bytes.toString('utf8')) as Document,
      );
      const found = documents.find((document) => message.test(document.message));
      const text = `${JSON.stringify(found, null, 2)}\n`;
      await expect(text).toMatchFileSnapshot(golden(`${name}.json`));
    });

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
