/**
 * Owns: a body as large as an API server at level RequestResponse makes them: many writes of nearly
 * a megabyte and one list of 11 MB.
 */
const MIB = 1024 * 1024;

function item(index: number, bytes: number): unknown {
  return {
    level: 'RequestResponse',
    auditID: `large-${index}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/payments/configmaps/big-${index}`,
    verb: 'update',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['10.0.0.9'],
    objectRef: { resource: 'configmaps', namespace: 'payments', name: `big-${index}` },
    responseStatus: { metadata: {}, code: 200 },
    requestObject: { kind: 'ConfigMap', data: { 'odd "}],[{" text': 'ü\\"x'.repeat(bytes / 6) } },
    requestReceivedTimestamp: '2026-11-21T06:00:00.000000Z',
    stageTimestamp: '2026-11-21T06:00:00.000000Z',
  };
}

/** An EventList of just under 32 MiB. */
export function largeBody(): Buffer {
  const sizes = [...Array.from({ length: 15 }, () => 0.9 * MIB), 11 * MIB];
  const items = sizes.map((bytes, i) => item(i, bytes));
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
  const body = Buffer.from(JSON.stringify(list));
  if (body.length > 32 * MIB || body.length < 24 * MIB) throw new Error(`${body.length} bytes`);
  return body;
}
