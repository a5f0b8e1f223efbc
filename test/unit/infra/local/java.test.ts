/** Owns: tests of infra/local/java.ts. */
import { expect, test } from 'vitest';
import { findJava, parseJavaSettings, runTool } from '../../../../infra/local/java.ts';

test('the home folder and the version are read from what Java prints', () => {
  const settings = `Property settings:
    file.separator = /
    java.home = /opt/jdk 17
    java.specification.version = 17
    java.version = 17.0.15
openjdk version "17.0.15" 2025-04-15
`;
  expect(parseJavaSettings(settings)).toEqual({ home: '/opt/jdk 17', majorVersion: 17 });
});

test('Java 8 calls itself 1.8', () => {
  const settings = '    java.home = /opt/jre\n    java.specification.version = 1.8\n';
  expect(parseJavaSettings(settings)).toEqual({ home: '/opt/jre', majorVersion: 8 });
});

test('other text is not Java', () => {
  expect(parseJavaSettings('command not found')).toBeUndefined();
});

test('a folder without Java is a reason, not an error', async () => {
  expect(await findJava('/no/such/jdk')).toEqual({
    ok: false,
    reason: 'no JDK: /no/such/jdk/bin/java does not run',
  });
});

test('a failing program tells its last words', async () => {
  const program = 'process.stderr.write("last words"); process.exit(3)';
  await expect(runTool(process.execPath, ['-e', program])).rejects.toThrow(/\(3\):\nlast words/);
});

test('a program gets its input', async () => {
  const program = 'process.stdin.pipe(process.stdout)';
  const { stdout } = await runTool(process.execPath, ['-e', program], { stdin: 'secret\n' });
  expect(stdout).toBe('secret\n');
});
