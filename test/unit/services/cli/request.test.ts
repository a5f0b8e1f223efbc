import { describe, expect, it } from 'vitest';
import { createProgram, usageExit } from '../../../../services/cli/commands.ts';
import { EXIT, endingOf } from '../../../../services/cli/exit.ts';
import {
  parseCondition,
  parseQuery,
  parseTail,
  tailedTopic,
  parseTime,
  parseTopic,
} from '../../../../services/cli/request.ts';
import { ERROR_CODES, type ErrorCode } from '../../../../shared/errors/codes.ts';
import { FatalError, TransientError } from '../../../../shared/errors/fault.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

/** The code of what `action` throws. */
function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FatalError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a time', () => {
  it.each([
    ['30s', NOW - 30_000],
    ['15m', NOW - 900_000],
    ['2h', NOW - 7_200_000],
    ['7d', NOW - 604_800_000],
    ['0s', NOW],
    ['2026-11-21', Date.parse('2026-11-21T00:00:00Z')],
    ['2026-11-21T06:00:00Z', Date.parse('2026-11-21T06:00:00Z')],
    ['2026-11-21T06:00:00.123456+02:00', Date.parse('2026-11-21T04:00:00.123Z')],
  ])('%s', (text, expected) => {
    expect(parseTime(text, NOW)).toBe(expected);
  });

  it.each([
    ...['', '5', '15', 'h', '-1h', '1.5h', '2 h', '7w', '9999999d', 'yesterday', 'banana 7'],
    ...['2026', '2026-13-01', '21.11.2026', '2026-11-21 06:00', '2026-11-21T25:00:00Z'],
  ])('is not made of %j', (text) => {
    expect(codeOf(() => parseTime(text, NOW))).toBe('usage');
  });
});

describe('a query', () => {
  const words = { where: ['user.name=alice', 'url.query=a=b', 'x='], since: '1h', limit: '10' };

  it('is made of its words', () => {
    expect(parseQuery('findings', words, NOW)).toStrictEqual({
      collection: 'findings',
      where: [
        { field: 'user.name', value: 'alice' },
        { field: 'url.query', value: 'a=b' },
        { field: 'x', value: '' },
      ],
      ...{ since: NOW - 3_600_000, order: 'newest', limit: 10 },
    });
    expect(parseQuery('events', { where: [], limit: '1' }, NOW)).not.toHaveProperty('since');
  });

  it.each([
    ['a collection that is none', () => parseQuery('secrets', words, NOW)],
    ['a member of every object', () => parseQuery('constructor', words, NOW)],
    ...['0', '-1', '1.5', 'many', '', '1000001', 'Infinity'].map(
      (limit) => [`limit ${limit}`, () => parseQuery('events', { ...words, limit }, NOW)] as const,
    ),
    ...['', 'user.name', '=alice'].map(
      (text) => [`condition ${text}`, () => parseCondition(text)] as const,
    ),
    ['a topic that is none', () => parseTopic('audit.other')],
    ['a start that is no time', () => parseTail('raw', { from: 'then', untilEnd: true }, NOW)],
  ] as const)('is refused with %s', (_, action) => {
    expect(codeOf(action)).toBe('usage');
  });
});

describe('a topic to tail', () => {
  it('may be named without audit.', () => {
    expect(parseTopic('events')).toBe('audit.events');
    expect(parseTopic('audit.state.indexer.events')).toBe('audit.state.indexer.events');
  });

  it('is read from an end or a time', () => {
    for (const from of ['beginning', 'end'] as const) {
      expect(parseTail('raw', { from, untilEnd: false }, NOW)).toMatchObject({ from });
    }
    expect(parseTail('raw', { from: '1h', untilEnd: true }, NOW)).toStrictEqual({
      ...{ topic: 'audit.raw', isJson: false, from: NOW - 3_600_000, untilEnd: true },
    });
  });

  it('may be a copy in JSON', () => {
    const request = parseTail('events.json', { from: 'end', untilEnd: true }, NOW);
    expect(request).toMatchObject({ topic: 'audit.events', isJson: true });
    expect(tailedTopic('prod.', request)).toBe('prod.audit.events.json');
    expect(tailedTopic('prod.', { ...request, isJson: false })).toBe('prod.audit.events');
  });
});

describe('an exit code', () => {
  const CODES = Object.keys(ERROR_CODES) as ErrorCode[];
  const DOCUMENTED: readonly number[] = Object.values(EXIT);

  it.each(CODES)('of %s is one that is documented, with the remedy', (code) => {
    for (const error of [new FatalError('what', { code }), new TransientError('what', { code })]) {
      const { exitCode, text } = endingOf(error);
      expect(DOCUMENTED).toContain(exitCode);
      expect(text).toContain('what');
      expect(text).toContain(ERROR_CODES[code].action);
    }
  });

  it.each([
    ['usage', 64],
    ['unreadable_input', 65],
    ['store_unavailable', 69],
    ['invalid_config', 78],
  ] as const)('of %s is %i', (code, exitCode) => {
    expect(endingOf(new FatalError('', { code })).exitCode).toBe(exitCode);
  });

  it.each([new TypeError('oops'), 'text', undefined])(
    'of a bug is 70, with its trace: %s',
    (error) => {
      const { exitCode, text } = endingOf(error);
      expect(exitCode).toBe(70);
      if (error instanceof Error) expect(text).toContain(error.stack);
    },
  );
});

describe('the command line', () => {
  const program = () => {
    const created = createProgram('1.2.3', async () => {});
    const quiet = { writeOut: () => {}, writeErr: () => {} };
    created.configureOutput(quiet);
    for (const command of created.commands) command.exitOverride().configureOutput(quiet);
    return created;
  };

  const exitOf = async (...words: readonly string[]): Promise<number> => {
    try {
      await program().parseAsync(words, { from: 'user' });
    } catch (error) {
      return usageExit(error as Parameters<typeof usageExit>[0]);
    }
    return 0;
  };

  it('has every command in its help, described', () => {
    const help = program().helpInformation();
    for (const name of ['up', 'scan', 'query', 'tail', 'setup', 'check'])
      expect(help).toContain(name);
    for (const name of ['collector', 'normalizer', 'detector', 'indexer'])
      expect(help).toContain(name);
    for (const command of program().commands) expect(command.description()).not.toBe('');
  });

  it.each([
    [['--help'], 0],
    [['--version'], 0],
    [['scan', '--help'], 0],
    [['nonsense'], 64],
    [['scan'], 64],
    [['query'], 64],
    [['query', 'events', '--nonsense'], 64],
    [['tail', 'raw', '--from'], 64],
  ])('%j ends with %i', async (words, expected) => {
    expect(await exitOf(...words)).toBe(expected);
  });
});
