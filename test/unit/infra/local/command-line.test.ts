/** Owns: tests of infra/local/command-line.ts. */
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../../../infra/local/command-line.ts';

test('without options: one broker of Kafka 3.9.1, no security', () => {
  expect(parseCommandLine([], {})).toEqual({
    help: false,
    kafka: '3.9.1',
    brokers: 1,
    secure: false,
  });
});

test('options win over the environment', () => {
  const env = { PODWITNESS_LOCAL_KAFKA: '4.1.0' };
  expect(parseCommandLine(['--brokers', '3', '--secure'], env)).toMatchObject({
    kafka: '4.1.0',
    brokers: 3,
    secure: true,
  });
  expect(parseCommandLine(['--kafka', '3.9.1'], env)).toMatchObject({ kafka: '3.9.1' });
});

test.each([[['--kafka', '2.8']], [['--brokers', '2']], [['--nodes', '2']], [['extra']]])(
  '%o is refused',
  (args) => {
    expect(() => parseCommandLine(args, {})).toThrow();
  },
);
