/** Rules of a running detector: their files are replaced, torn, taken away and mended under it. */
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadRulebook, type LoadedRulebook } from '../../../../services/detector/edge/rulebook.ts';
import { judge } from '../../../../services/detector/judge.ts';
import { loadConfig } from '../../../../shared/config/load.ts';
import type { RuleCount } from '../../../../shared/ports/rules.ts';

const HOUR_MS = 3_600_000;
const EVENT = {
  '@timestamp': '2026-11-21T06:00:00.000000Z',
  kubernetes: { audit: { verb: 'get', level: 'Metadata' } },
};

function ruleText(id: string, verb = 'get'): string {
  return `title: Rule ${id}\nid: ${id}\nlevel: low\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  s: {verb: ${verb}}\n  condition: s\n`;
}

let folder: string;
let book: LoadedRulebook;
let read: () => Iterable<RuleCount>;
let reloads: boolean[];
let degraded: (string | undefined)[];
let told: string[];
let sizes: (readonly [matched: number, listed: number])[];

async function open(intervalMs = HOUR_MS): Promise<LoadedRulebook> {
  const logger = {
    ...{ debug: () => {}, info: () => {} },
    warn: (_: object, message: string) => void told.push(message),
    error: (_: object, message: string) => void told.push(message),
  };
  const { detector } = await loadConfig({
    env: {
      PODWITNESS_DETECTOR_RULES: join(folder, 'rules'),
      PODWITNESS_DETECTOR_BUNDLED_RULES: 'false',
      PODWITNESS_DETECTOR_EXCEPTION_PATHS: join(folder, 'exceptions.yml'),
      PODWITNESS_DETECTOR_RELOAD_INTERVAL_MS: String(intervalMs),
    },
  });
  return loadRulebook({
    config: { detector },
    health: { degrade: (_, reason) => void degraded.push(reason) },
    metrics: {
      rules: {
        inUse: (matched, listed) => void sizes.push([matched, listed]),
        reloaded: (isGood) => void reloads.push(isGood),
        counts: (source) => {
          read = source;
        },
      },
    },
    logger: () => logger,
  });
}
const inUse = () => judge(book.current, 'audit', EVENT).map((one) => `${one.rule.id} ${one.mode}`);
/** Matches by rule. */
const counts = () =>
  Object.fromEntries([...read()].map(({ matched, rule }) => [rule, matched] as const));
/** What is written is read at the second look: the first may have seen it half way. */
async function lookTwice(): Promise<boolean> {
  expect(await book.look()).toBe(false);
  return book.look();
}

beforeEach(async () => {
  [reloads, degraded, told, sizes] = [[], [], [], []];
  folder = await mkdtemp(join(tmpdir(), 'rulebook-'));
  await mkdir(join(folder, 'rules'));
  await writeFile(join(folder, 'rules/a.yml'), ruleText('a'));
  await writeFile(join(folder, 'exceptions.yml'), 'exceptions: []\n');
  book = await open();
});
afterEach(async () => {
  book.stop();
  await rm(folder, { recursive: true });
});

describe('the rules of a running detector', () => {
  it('are what the files say at start, and again when these are others', async () => {
    expect(inUse()).toEqual(['a active']);
    expect(await lookTwice()).toBe(false);
    await writeFile(join(folder, 'rules/b.toml.yml'), ruleText('b'));
    expect(await lookTwice()).toBe(true);
    expect(inUse()).toEqual(['a active', 'b active']);
    await rename(join(folder, 'rules/a.yml'), join(folder, 'rules/a.off'));
    expect(await lookTwice()).toBe(true);
    expect(inUse()).toEqual(['b active']);
    expect(reloads).toEqual([true, true]);
  });

  it('stay as they were while a file is wrong, which is told once, and until it is mended', async () => {
    await writeFile(join(folder, 'rules/b.yml'), ruleText('b').replace('condition: s', ''));
    expect(await lookTwice()).toBe(false);
    expect(inUse()).toEqual(['a active']);
    expect(await lookTwice()).toBe(false);
    expect(reloads).toEqual([false]);
    expect(told).toEqual(['Rules can not be used, what was read before still is']);
    expect(degraded.at(-1)).toContain('what was read before still is');
    await writeFile(join(folder, 'rules/b.yml'), ruleText('b'));
    expect(await lookTwice()).toBe(true);
    expect(inUse()).toEqual(['a active', 'b active']);
    expect(degraded.at(-1)).toBeUndefined();
  });

  it('stay as they were when the folder is gone', async () => {
    await rename(join(folder, 'rules'), join(folder, 'away'));
    expect(await lookTwice()).toBe(false);
    expect(inUse()).toEqual(['a active']);
    expect(reloads).toEqual([false]);
    await rename(join(folder, 'away'), join(folder, 'rules'));
    await lookTwice();
    expect(inUse()).toEqual(['a active']);
    expect(degraded.at(-1)).toBeUndefined();
  });

  it('are looked at by themselves, until it is stopped', async () => {
    const other = await open(100);
    await writeFile(join(folder, 'rules/b.yml'), ruleText('b'));
    await vi.waitFor(() => expect(other.current.ruleSet.rules).toHaveLength(2), 10_000);
    other.stop();
    await writeFile(join(folder, 'rules/c.yml'), ruleText('c'));
    await sleep(500);
    expect(other.current.ruleSet.rules).toHaveLength(2);
  });

  it('are told of: how many there are, and what is odd about them', async () => {
    expect(sizes).toEqual([[1, 0]]);
    const correlation =
      'title: C\nid: c\nlevel: low\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [user.username]\n  timespan: 1m\n  condition: {gte: 3}\n';
    await writeFile(join(folder, 'rules/c.yml'), correlation);
    const windows = ruleText('w').replace(
      '{product: kubernetes, service: audit}',
      '{product: windows}',
    );
    await writeFile(join(folder, 'rules/w.yml'), windows);
    expect(await lookTwice()).toBe(true);
    expect(sizes.at(-1)).toEqual([1, 1]);
    expect(told).toEqual(['Something about a rule']);
  });

  it('take up exceptions, too', async () => {
    const text = 'exceptions: [{rules: a, owner: o, reason: r, expires: 2027-01-01}]\n';
    await writeFile(join(folder, 'exceptions.yml'), text);
    expect(await lookTwice()).toBe(true);
    expect(inUse()).toEqual(['a excepted']);
  });

  it('count on when they are replaced', async () => {
    inUse();
    await writeFile(join(folder, 'rules/b.yml'), ruleText('b'));
    await lookTwice();
    inUse();
    expect(counts()).toEqual({ a: 2, b: 1 });
    await rm(join(folder, 'rules/a.yml'));
    await lookTwice();
    inUse();
    expect(counts()).toEqual({ a: 2, b: 2 });
    expect([...read()].find(({ rule }) => rule === 'a')?.evaluated).toBe(2);
  });

  it('are counted apart where they could not be decided', async () => {
    const text = ruleText('a').replace('verb: get', 'requestObject.metadata.name: x');
    await writeFile(join(folder, 'rules/a.yml'), text);
    await lookTwice();
    judge(book.current, 'audit', { ...EVENT, podwitness: { missing: ['requestObject'] } });
    await writeFile(join(folder, 'rules/b.yml'), ruleText('b'));
    await lookTwice();
    judge(book.current, 'audit', { ...EVENT, podwitness: { missing: ['requestObject'] } });
    const a = { rule: 'a', matched: 0, undecided: 2, evaluated: 2 };
    expect([...read()]).toEqual([a, { rule: 'b', matched: 1, undecided: 0, evaluated: 1 }]);
  });
});

it('a wrong rule keeps a detector from starting', async () => {
  await writeFile(join(folder, 'rules/b.yml'), 'title: x\n');
  await expect(open()).rejects.toThrow(/b\.yml:1:1/);
});
