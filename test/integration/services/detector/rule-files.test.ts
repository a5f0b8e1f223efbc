/** Folders of rules as they are found on disks: links, pipes, and files that are too many or too large. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTexts, statesOf } from '../../../../services/detector/edge/rule-files.ts';
import { inspectRules } from '../../../../services/detector/read-rules.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const found = async (path = folder) =>
  (await readTexts(path)).map((file) => relative(folder, file.path));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rule-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the files of a folder of rules', () => {
  it('are those with a rule’s name, at any depth, in the order of their names', async () => {
    await mkdir(at('b/deep.yml'), { recursive: true });
    for (const name of [
      'c.yaml',
      'b/deep.yml/x.toml',
      'a.ndjson',
      'b/y.yml',
      'readme.md',
      '.z.yml',
    ])
      await writeFile(at(name), name);
    expect(await found()).toEqual(['a.ndjson', 'b/deep.yml/x.toml', 'b/y.yml', 'c.yaml']);
    expect(await found(at('readme.md'))).toEqual(['readme.md']);
  });

  it('are each read once where Kubernetes mounts a ConfigMap, and change with it', async () => {
    const write = async (version: string): Promise<void> => {
      await mkdir(at(version));
      await writeFile(join(at(version), 'a.yml'), version);
      await symlink(version, at('..data_tmp'));
      await rename(at('..data_tmp'), at('..data'));
    };
    await write('..2026_11_21');
    await symlink('..data/a.yml', at('a.yml'));
    expect(await readTexts(folder)).toEqual([{ path: at('a.yml'), text: '..2026_11_21' }]);
    const before = await statesOf(folder);
    expect(before).toHaveLength(1);
    await write('..2026_11_22');
    expect(await statesOf(folder)).not.toEqual(before);
    expect(await readTexts(folder)).toEqual([{ path: at('a.yml'), text: '..2026_11_22' }]);
  });

  it('are found through links, which may lead in circles', async () => {
    await mkdir(at('team'));
    await mkdir(at('x'));
    await writeFile(at('team/a.yml'), '');
    for (const name of ['x/one', 'x/two', 'team/three']) await symlink(folder, at(name));
    await symlink(at('team'), at('x/team'));
    await symlink('nowhere', at('x/nothing'));
    expect(await found()).toEqual(['team/a.yml']);
    expect(await found(at('x/team'))).toEqual(['x/team/a.yml']);
  });

  it('may be thousands', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `${i}.yml`);
    for (const name of names) await writeFile(at(name), name);
    const texts = await readTexts(folder);
    expect(texts.map(({ text }) => text)).toEqual([...names].sort());
    expect(texts.every(({ path, text }) => basename(path) === text)).toBe(true);
    expect(await statesOf(folder)).toHaveLength(5000);
  });
});

describe('what can’t be read is named, with a remedy, and not waited for', () => {
  it.each([
    [
      'a pipe',
      (path: string) => void execFileSync('mkfifo', [path]),
      /it is no file.*another name/,
    ],
    ['a link to nowhere', (path: string) => symlink('nowhere', path), /ENOENT.*mend the link/],
    [
      'a file of 100 MB',
      async (path: string) => {
        await writeFile(path, '');
        await truncate(path, 100_000_000);
      },
      /more than 67108864 bytes.*Divide it/,
    ],
  ])('%s', async (_, make, reason) => {
    await writeFile(at('a.yml'), '');
    await make(at('x.yml'));
    const error: unknown = await readTexts(folder).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'FatalError', code: 'invalid_rule' });
    expect(String(error)).toContain(at('x.yml'));
    expect(String(error)).toMatch(reason);
    const states = await statesOf(folder);
    await rm(at('x.yml'));
    expect(await statesOf(folder)).not.toEqual(states);
  });

  it('a path that is not there', async () => {
    await expect(readTexts(at('gone'))).rejects.toThrow(/gone \(ENOENT\)\. Put it there/);
    expect(await statesOf(at('gone'))).toEqual([expect.stringContaining('gone')]);
  });
});

it('a file of nothing but line ends is no work', { timeout: 10_000 }, async () => {
  await writeFile(at('x.yml'), '\n'.repeat(300_000));
  const { detection } = await inspectRules({ bundled: false, paths: [folder] });
  expect(detection.ruleSet.rules).toEqual([]);
});
