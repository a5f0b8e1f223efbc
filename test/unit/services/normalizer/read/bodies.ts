/**
 * Owns: events and bodies for the tests of reading, and reading them in few words.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RawBatch } from '../../../../../schemas/generated/avro.ts';
import type { Body, Leaf, Read } from '../../../../../services/normalizer/read/leaf.ts';
import { readBody } from '../../../../../services/normalizer/read/read-body.ts';

export const EVENT = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Request',
  auditID: '6f1c8d0e-3a55-4c0f-9f6e-0d2f4d1f7a01',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods?a=1\u0026b=2',
  verb: 'create',
  user: { username: 'carol', groups: ['ops', 'system:authenticated'], extra: { k: ['v'] } },
  sourceIPs: ['203.0.113.7', '10.0.0.5'],
  userAgent: 'kubectl "quoted" \\ é 😀',
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0' },
  responseStatus: { metadata: {}, code: 201 },
  requestObject: {
    spec: { containers: [{ name: 'a', args: ['x', 'y'] }, { name: 'b' }], n: -1.5e3 },
  },
  annotations: { 'authorization.k8s.io/decision': 'allow' },
};

export const SPO = {
  auditID: 'c0ffee00-1111-4222-8333-444455556666',
  cmdLine: 'cat /etc/passwd ',
  executable: '/usr/bin/bash',
  node: { name: 'worker-1' },
  pid: 48211,
  resource: { container: 'web', namespace: 'shop', pod: 'web-0' },
  syscalls: ['execve'],
  timestamp: '2026-11-18T08:16:05.000Z',
  version: 'spo/v1_alpha',
};

export const FALCO = {
  output: 'A shell',
  output_fields: { 'proc.cmdline': 'sh' },
  priority: 'Notice',
  rule: 'Terminal shell in container',
  source: 'syscall',
  time: '2026-11-18T08:16:02.123456789Z',
};

export const KLOG = 'I1118 08:16:04.120034       1 main.go:142] "Starting" path="/x"';

export function bodyOf(body: string | Buffer, rest: Partial<RawBatch> = {}): Body {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return readBody({ framing: 'BODY', contentEncoding: '', ...rest, body: bytes });
}

/** What is in a body that can be read. */
export function read(body: string | Buffer, rest: Partial<RawBatch> = {}): readonly Read[] {
  const found = bodyOf(body, rest);
  if (!found.ok) throw new Error(`${found.fault.code}: ${found.fault.message}`);
  return found.items;
}

export function leaves(body: string | Buffer, rest: Partial<RawBatch> = {}): readonly Leaf[] {
  return read(body, rest).filter((item) => item.kind === 'leaf');
}

/** The only record in a body. */
export function only(body: string | Buffer): Leaf {
  const [item, ...others] = read(body);
  if (item?.kind !== 'leaf' || others.length > 0) throw new Error(tell(body).join());
  return item;
}

/** One word or two for each thing in a body; one word for a body that can't be read. */
export function tell(body: string | Buffer, rest: Partial<RawBatch> = {}): readonly string[] {
  const found = bodyOf(body, rest);
  if (!found.ok) return [found.fault.code];
  return found.items.map((item) => {
    if (item.kind === 'noise') return item.reason;
    if (item.kind === 'bad') return `${item.fault.code}: ${item.bytes().toString('utf8')}`;
    return item.isCut ? `${item.format} cut` : item.format;
  });
}

const SAMPLES = fileURLToPath(new URL('../../../../golden/senders', import.meta.url));

/** The bodies of the golden samples of senders, by name. */
export function samples(): readonly { readonly name: string; readonly input: Buffer }[] {
  return readdirSync(SAMPLES).map((name) => {
    const file = readdirSync(join(SAMPLES, name)).find((each) => each.startsWith('input.'));
    if (file === undefined) throw new Error(`${name} has no input`);
    return { name, input: readFileSync(join(SAMPLES, name, file)) };
  });
}
