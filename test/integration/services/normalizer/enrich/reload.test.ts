import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Enrichment,
  type EnrichmentParts,
  loadEnrichment,
  reviewEnrichment,
} from '../../../../../services/normalizer/enrich/edge/load.ts';
import { readConfig } from '../../../../../shared/config/load.ts';
import { createHealth } from '../../../../../shared/pipeline/health.ts';
import { writeMmdb } from '../../../../support/mmdb.ts';

const LOOK_MS = 20;
const CITY = { country: { iso_code: 'DE', names: { en: 'Germany' } } };

let folder: string;
let running: Enrichment | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-enrich-'));
});

afterEach(async () => {
  running?.stop();
  running = undefined;
  await rm(folder, { recursive: true, force: true });
});

function path(name: string): string {
  return join(folder, name);
}

async function start(enrichment: object) {
  const given = { name: 'normalizer', value: { enrichment }, where: 'test' };
  const config = await readConfig({ env: {}, overrides: [given], defaultFile: path('none.yaml') });
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const health = createHealth();
  const warn = vi.fn();
  const entries = new Map<string, number>();
  const failed = vi.fn();
  const parts: EnrichmentParts = {
    config: config.config,
    health,
    clock: { now: () => 1_000 },
    metrics: { enrichment: { loaded: (list, count) => entries.set(list, count), failed } },
    logger: () => ({ debug() {}, info() {}, warn, error() {} }),
  };
  const review = () => reviewEnrichment(config.config);
  const open = async () => {
    running = await loadEnrichment(parts, LOOK_MS);
    return running;
  };
  return { entries, failed, health, open, review, warn };
}

/** The lists that hold the address, as the document would have them. */
function networksOf(address: string): unknown {
  const parts = running?.enrich?.({
    ...{ kind: 'audit', cluster: 'c', timeMs: 0, document: {} },
    facts: { sourceIp: address },
  });
  return (parts?.['podwitness'] as { source?: { networks?: unknown } } | undefined)?.source
    ?.networks;
}

const office = () => ({ networks: [{ name: 'office', path: path('office.txt') }] });

async function watched() {
  await writeFile(path('office.txt'), '10.0.0.0/8\n');
  const told = await start(office());
  await told.open();
  expect(networksOf('10.0.0.1')).toEqual(['office']);
  return told;
}

async function becomes(address: string, expected: unknown): Promise<void> {
  await vi.waitFor(() => expect(networksOf(address)).toEqual(expected), { timeout: 5_000 });
}

describe('a file that changes', () => {
  it('is read again when it was replaced', async () => {
    const { entries, warn } = await watched();
    await writeFile(path('new.txt'), '192.0.2.0/24\n198.51.100.0/24\n');
    await rename(path('new.txt'), path('office.txt'));
    await becomes('192.0.2.1', ['office']);
    expect(networksOf('10.0.0.1')).toBeUndefined();
    expect(entries.get('networks/office')).toBe(2);
    expect(warn).not.toHaveBeenCalled();
  });

  it('is read again when it was written in place', async () => {
    await watched();
    await appendFile(path('office.txt'), '192.0.2.0/24\n');
    await becomes('192.0.2.1', ['office']);
  });

  it('is not read while somebody writes it', async () => {
    const { failed } = await watched();
    await writeFile(path('office.txt'), '');
    for (let i = 0; i < 20; i += 1) {
      await appendFile(path('office.txt'), i < 19 ? '192.0.' : '2.0/24 # all that was missing\n#');
      await sleep(LOOK_MS / 4);
      if (i === 18) await truncate(path('office.txt'), 6);
      expect(networksOf('10.0.0.1')).toEqual(['office']);
    }
    await becomes('192.0.2.1', ['office']);
    expect(failed).not.toHaveBeenCalled();
  });

  it('is read again when the link of a mounted ConfigMap is swapped', async () => {
    for (const [version, text] of [
      ['..1', '10.0.0.0/8\n'],
      ['..2', '192.0.2.0/24\n'],
    ] as const) {
      await mkdir(path(version));
      await writeFile(path(`${version}/office.txt`), text);
    }
    await symlink('..1', path('..data'));
    await symlink('..data/office.txt', path('office.txt'));
    const told = await start(office());
    await told.open();
    expect(networksOf('10.0.0.1')).toEqual(['office']);
    await symlink('..2', path('..data_tmp'));
    await rename(path('..data_tmp'), path('..data'));
    await rm(path('..1'), { recursive: true });
    await becomes('192.0.2.1', ['office']);
    expect(told.failed).not.toHaveBeenCalled();
  });

  it('changes nothing of what the other files say', async () => {
    await writeFile(path('office.txt'), '10.0.0.0/8\n');
    await writeFile(path('vpn.txt'), '10.8.0.0/16\n');
    const lists = ['vpn', 'office'].map((name) => ({ name, path: path(`${name}.txt`) }));
    await (await start({ networks: lists })).open();
    expect(networksOf('10.8.0.1')).toEqual(['vpn', 'office']);
    await writeFile(path('office.txt'), '192.0.2.0/24\n');
    await becomes('10.8.0.1', ['vpn']);
  });
});

describe('a file that can not be used any more', () => {
  it.each([
    ['is no list', () => writeFile(path('office.txt'), 'hunter2\n'), ':1: no address'],
    ['is empty', () => truncate(path('office.txt')), ': the file is empty'],
    ['is gone', () => rm(path('office.txt')), "can't be read (ENOENT)"],
    ['is no text', () => writeFile(path('office.txt'), Buffer.from([0xff, 0xfe])), 'UTF-8'],
  ])('%s: what was read before stays, and it is told once', async (_, spoil, expected) => {
    const { failed, health, warn } = await watched();
    await spoil();
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 5_000 });
    await sleep(LOOK_MS * 5);
    expect(networksOf('10.0.0.1')).toEqual(['office']);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(warn.mock.calls)).toContain(expected);
    expect(JSON.stringify(warn.mock.calls)).not.toContain('hunter2');
    expect(failed).toHaveBeenCalledTimes(1);
    expect(health.weaknesses()['enrichment networks/office']).toContain('office.txt');
    expect(health.troubles()).toEqual({});
    await writeFile(path('office.txt'), '192.0.2.0/24\n');
    await becomes('192.0.2.1', ['office']);
    expect(health.weaknesses()).toEqual({});
  });

  it('is well again when its folder, with what was there before, comes back', async () => {
    await mkdir(path('lists'));
    await writeFile(path('lists/office.txt'), '10.0.0.0/8\n');
    const lists = [{ name: 'office', path: path('lists/office.txt') }];
    const { health, open, warn } = await start({ networks: lists });
    await open();
    await rename(path('lists'), path('away'));
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 5_000 });
    await rename(path('away'), path('lists'));
    await vi.waitFor(() => expect(health.weaknesses()).toEqual({}), { timeout: 5_000 });
    expect(networksOf('10.0.0.1')).toEqual(['office']);
  });

  it('is a database of which half was copied', async () => {
    const whole = writeMmdb('City', [['192.0.2.0/24', CITY]]);
    await writeFile(path('geo.mmdb'), whole);
    const { open, warn } = await start({ geoPath: path('geo.mmdb') });
    await open();
    await writeFile(path('geo.mmdb'), whole.subarray(0, whole.length / 2));
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 5_000 });
    const subject = { kind: 'audit', cluster: 'c', timeMs: 0, document: {} } as const;
    expect(running?.enrich?.({ ...subject, facts: { sourceIp: '192.0.2.1' } })).toMatchObject({
      source: { geo: { country_iso_code: 'DE' } },
    });
  });
});

describe('the start', () => {
  it('needs every file, and says all that is wrong', async () => {
    await writeFile(path('inventory.yaml'), 'clusters:\n  - name: a\n    onwer: x\n');
    await writeFile(path('users.csv'), 'username,emial\n');
    const { open, review } = await start({
      inventoryPath: path('inventory.yaml'),
      usersPath: path('users.csv'),
      threats: [{ name: 'feed', path: path('feed.txt') }],
    });
    for (const attempt of [open, review]) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'invalid_config',
        message: [
          "Enrichment data that can't be used:",
          `  ${path('inventory.yaml')}:3: unknown key onwer: did you mean owner?`,
          `  ${path('feed.txt')}: can't be read (ENOENT): check the path and its permissions`,
          `  ${path('users.csv')}:1: unknown column emial: did you mean email? Other columns may stay`,
        ].join('\n'),
      });
    }
  });

  it('reads no file where none is named', async () => {
    const { open, review } = await start({});
    expect((await open()).enrich).toBeUndefined();
    expect(await review()).toBe('none');
  });

  it('takes the examples as they are', async () => {
    const names = ['inventory.yaml', 'networks.txt', 'threats.txt', 'users.csv'];
    for (const name of names) await copyFile(join('infra/enrichment', name), path(name));
    const { open, review } = await start({
      inventoryPath: path('inventory.yaml'),
      networks: [{ name: 'office', path: path('networks.txt') }],
      threats: [{ name: 'feed', path: path('threats.txt') }],
      usersPath: path('users.csv'),
    });
    expect(await review()).toBe('4 files, 12 entries');
    await open();
    const parts = running?.enrich?.({
      ...{ kind: 'audit', cluster: 'prod-eu-1', timeMs: Date.parse('2026-12-01') },
      facts: { namespace: 'payments', sourceIp: '203.0.113.200', userName: 'oidc:bob' },
      document: {},
    });
    expect(JSON.parse(JSON.stringify(parts))).toMatchObject({
      podwitness: {
        environment: 'production',
        team: 'payments',
        owner: 'payments@example.com',
        criticality: 'critical',
        labels: { 'cost-center': '4711', pci: 'in-scope', region: 'eu' },
        source: { threat_lists: ['feed'] },
        actor: { directory: { title: 'Engineer, on call', active: false } },
        enrichment: { version: expect.stringMatching(/^[0-9a-f]{12}$/) },
      },
      user: { full_name: 'Bob Example' },
    });
  });
});
