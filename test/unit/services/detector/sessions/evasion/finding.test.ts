/**
 * The documents are golden files. After a wanted change: `npx vitest run -u` on this file, and read
 * the diff.
 */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evasionFinding,
  heldFinding,
} from '../../../../../../services/detector/sessions/evasion/finding.ts';
import { LEVELS } from '../../../../../../services/detector/rules/model.ts';
import type { Evasion } from '../../../../../../services/detector/sessions/model.ts';
import { SESSION_RULES } from '../../../../../../services/detector/sessions/model.ts';
import { fieldTypes } from '../../../../../../shared/adapters/elasticsearch/field-types.ts';
import { readTemplates } from '../../../../../../shared/adapters/elasticsearch/templates.ts';
import { codecOf } from '../../../../../../shared/runtime/stage-worker.ts';
import { TEMPLATES } from '../../../../../contract/event-store/elasticsearch-access.ts';
import { request, view } from '../record/views.ts';
import { omit, UID } from './around.ts';
import { EVASIONS, HELD, held, heldAlert } from './told.ts';

const FINDINGS = [
  ...Object.entries(EVASIONS).map(
    ([name, evasion]) => [name, evasionFinding(evasion, 'prod')] as const,
  ),
  ...Object.entries(HELD).map(([name, out]) => [name, heldFinding(out, 'prod')] as const),
];

function golden(name: string): string {
  const path = `../../../../../golden/sessions/findings/${name}.json`;
  return fileURLToPath(new URL(path, import.meta.url));
}

function read(document: Buffer): Record<string, unknown> {
  return JSON.parse(document.toString()) as Record<string, unknown>;
}

describe('a finding', () => {
  it.each(FINDINGS)('%s gives the document it gave', async (name, { document, ...record }) => {
    const whole = { record: { ...record, document: read(document) } };
    await expect(`${JSON.stringify(whole, null, 2)}\n`).toMatchFileSnapshot(golden(name));
  });

  it.each(FINDINGS)('%s is a record that can be read back', (_, record) => {
    const codec = codecOf('audit.findings');
    expect(codec.decode(codec.encode(record))).toMatchObject({ ok: true, value: record });
  });

  it.each(FINDINGS)('%s has the same id, level, mode and message in its document', (_, record) => {
    expect(read(record.document)).toMatchObject({
      message: record.message,
      event: { id: record.id, kind: 'alert' },
      podwitness: { finding: { level: record.level.toLowerCase(), mode: record.mode } },
      rule: { id: record.ruleId, name: record.ruleName },
    });
  });

  it('has no field that Elasticsearch does not index', () => {
    const types = fieldTypes(readTemplates(TEMPLATES));
    const leaves = (value: unknown, path: string): readonly string[] => {
      if (Array.isArray(value)) return value.flatMap((item) => leaves(item, path));
      if (typeof value !== 'object' || value === null) return [path];
      return Object.entries(value).flatMap(([key, inner]) =>
        leaves(inner, path === '' ? key : `${path}.${key}`),
      );
    };
    const paths = FINDINGS.flatMap(([, { document }]) => leaves(read(document), ''));
    expect([...new Set(paths)].filter((path) => !types.has(path))).toStrictEqual([]);
  });
});

describe('a finding about a session', () => {
  const evasion = EVASIONS.session_without_telemetry;

  it('is the same one however often it is told, and another for another', () => {
    const later = { ...evasion, timeMs: evasion.timeMs + 60_000, eventIds: ['more'] };
    const { id } = evasionFinding(evasion, 'prod');
    expect(evasionFinding(later, 'test').id).toBe(id);
    const others: readonly Evasion[] = [
      { ...evasion, key: 'another' },
      { ...evasion, cluster: 'another' },
      { ...evasion, rule: 'session_container_not_watched' },
    ];
    for (const other of others) expect(evasionFinding(other, 'prod').id).not.toBe(id);
  });

  it('is as serious as the place is critical', () => {
    const critical = request({ context: { podwitness: { criticality: 'critical' } } });
    const found = evasionFinding({ ...evasion, session: view({ request: critical }) }, 'prod');
    expect(found.level).toBe('HIGH');
    expect(read(found.document)).toMatchObject({
      event: { severity: 73 },
      podwitness: {
        criticality: 'critical',
        finding: {
          ...{ level: 'high', rule_level: 'medium' },
          level_reason: 'medium, but high where criticality is critical',
        },
      },
    });
    const strange = request({ context: { podwitness: { criticality: 'constructor' } } });
    expect(evasionFinding({ ...evasion, session: view({ request: strange }) }, 'prod').level).toBe(
      'MEDIUM',
    );
  });

  it('can be on trial', () => {
    expect(evasionFinding(evasion, 'prod', 'test').mode).toBe('test');
  });

  it('names the one who had a session where a mark was used, and puts nothing down to them', () => {
    const { document, message, userName } = evasionFinding(
      EVASIONS.session_mark_of_other_pod,
      'prod',
    );
    expect(userName).toBeNull();
    expect(message).toContain('only bob had a session there then');
    const whole = read(document);
    for (const field of ['user', 'source', 'user_agent']) expect(whole).not.toHaveProperty(field);
    expect(whole).toMatchObject({
      podwitness: { request_uid: UID, session: { mark_owner: { user: 'alice' } } },
    });
    expect(whole).not.toHaveProperty('podwitness.actor');
  });

  it('does not put down to the owner of a mark what was done with it', () => {
    const alone = omit(EVASIONS.session_mark_of_other_pod, 'session');
    const { document, message, userName } = evasionFinding(alone, 'prod');
    expect(userName).toBeNull();
    expect(read(document)).not.toHaveProperty('user');
    expect(message).toContain("the mark of alice's session in payments/pay-0 (app)");
    expect(message).toContain('who ran it is not known');
  });
});

describe('a finding on a command', () => {
  const session = view();
  const exact = { kind: 'held', session, confidence: 'exact', candidates: [] } as const;

  it('names the Kubernetes user, and keeps the account', () => {
    const { document, userName } = heldFinding({ ...exact, finding: heldAlert() }, 'prod');
    expect(userName).toBe('alice');
    expect(read(document)).toMatchObject({
      user: { id: 'u-alice', name: 'alice' },
      process: { pid: 4242, user: { id: '0', name: 'root' } },
      source: { ip: '192.0.2.7' },
      related: { user: ['root', 'alice'], ip: ['192.0.2.7'], hosts: ['worker-1'] },
    });
  });

  it('never leaves the account where the user is expected', () => {
    const nobody = view({ request: omit(request({ who: {} }), 'userName') });
    const found = heldFinding({ ...exact, session: nobody, finding: heldAlert() }, 'prod');
    expect(found.userName).toBeNull();
    expect(read(found.document)).not.toHaveProperty('user');
    expect(read(found.document)).toMatchObject({ process: { user: { name: 'root' } } });
  });

  it('is as it was where it lies in no session', () => {
    const finding = held();
    const { document, ...record } = heldFinding({ kind: 'held', finding, candidates: [] }, 'prod');
    expect(read(document)).toEqual(finding.document);
    expect(record).toEqual({ ...finding.record });
  });

  it('says what the place belongs to where the event does not', () => {
    const { document } = heldFinding({ ...exact, finding: held() }, 'prod');
    expect(read(document)).toMatchObject({
      podwitness: { team: 'payments-sre', environment: 'production', actor: { name: 'alice' } },
    });
  });

  it('has the actor of the session, whatever its document says', () => {
    const { document } = held();
    const strange = { ...document, podwitness: { actor: { name: 'mallory' }, team: 'others' } };
    const found = heldFinding({ ...exact, finding: held({ document: strange }) }, 'prod');
    expect(read(found.document)).toMatchObject({
      podwitness: { actor: { name: 'alice' }, team: 'others' },
    });
  });

  it('gets a data stream where its document has none', () => {
    const { data_stream: _, ...bare } = held().document;
    const { document } = heldFinding({ ...exact, finding: held({ document: bare }) }, 'prod');
    expect(read(document)).toMatchObject({ data_stream: { namespace: 'prod' } });
  });

  it('is read as what anybody may have written', () => {
    const finding = held({ record: { level: 7, events: 'none', time: 'now' }, document: {} });
    expect(heldFinding({ ...exact, finding }, 'prod')).toMatchObject({
      ...{ id: 'the-finding', ruleId: 'a8f2a2f1', level: 'UNKNOWN', events: [], cluster: '' },
    });
  });
});

describe('a message', () => {
  const text = fc.string({ unit: 'binary', maxLength: 400 });

  it.each(SESSION_RULES)('of %s is one bounded line whatever names are', (rule) => {
    fc.assert(
      fc.property(text, text, text, (userName, pod, commandLine) => {
        const evasion: Evasion = {
          ...EVASIONS[rule],
          ...{ commandLine, place: { namespace: pod, pod, container: pod, node: pod } },
          session: view({ request: request({ userName, who: { user: { name: userName } } }) }),
        };
        const { message } = evasionFinding(evasion, 'prod');
        expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/u);
        expect(message.length).toBeLessThan(20_000);
      }),
      { numRuns: 50 },
    );
  });

  it('of a command ends with what the user chose', () => {
    const session = view({ request: request({ userName: 'bob' }) });
    const out = { kind: 'held', finding: held(), session, candidates: [] } as const;
    expect(heldFinding({ ...out, confidence: 'exact' }, 'prod').message).toBe(
      'alice (as bob), in an exec session in payments/pay-0 (app), ran: rm -f /etc/pay/config.yaml',
    );
  });
});

it('knows all levels', () => {
  for (const level of LEVELS) {
    const out = { kind: 'held', finding: held({ record: { level } }), candidates: [] } as const;
    expect(heldFinding(out, 'prod').level).toBe(level.toUpperCase());
  }
});
