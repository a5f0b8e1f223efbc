import { describe, expect, it } from 'vitest';
import { formatLetter, formatListing } from '../../../../../services/cli/deadletter/format.ts';
import { listLetters } from '../../../../../services/cli/deadletter/list.ts';
import type { DeadLetter } from '../../../../../schemas/generated/avro.ts';

function letter(rest: Partial<DeadLetter> = {}): DeadLetter {
  return {
    ...{ stage: 'normalizer', code: 'unreadable_body', reason: 'bad', attempts: 1 },
    ...{ topic: 'audit.raw', partition: 0, offset: 1, index: 0, receivedAt: 1_000, id: 'A' },
    ...{ source: 'audit', cluster: 'c', sender: '10.0.0.1', senderId: '', replayOf: null },
    bytes: Buffer.from('garbage'),
    ...rest,
  };
}

async function* stream(letters: readonly DeadLetter[]): AsyncGenerator<DeadLetter> {
  yield* letters;
}

function list(letters: readonly DeadLetter[], limit = 100, filter = {}) {
  return listLetters(stream(letters), filter, limit);
}

describe('the list', () => {
  it('has one line for a letter and its failed replays, and counts the tries', async () => {
    const letters = [
      letter(),
      letter({ offset: 7, replayOf: 'A', attempts: 2, receivedAt: 5_000 }),
      letter({ id: 'B' }),
    ];
    expect(await list(letters)).toMatchObject({
      matched: 2,
      letters: [{ id: 'B' }, { id: 'A', attempts: 2, firstAt: 1_000, lastAt: 5_000, byteCount: 7 }],
    });
  });

  it('counts a second copy of a letter as no try', async () => {
    expect((await list([letter(), letter()])).letters).toMatchObject([{ attempts: 1 }]);
  });

  it('keeps the newest within its limit, and says how many there were', async () => {
    const letters = Array.from({ length: 9 }, (_, i) => letter({ id: String(i), offset: i }));
    const listing = await list(letters, 2);
    expect(listing.letters.map(({ id }) => id)).toEqual(['8', '7']);
    expect(listing.matched).toBe(9);
    expect(formatListing(listing, 'table')).toContain('The newest 2 of 9.');
  });

  it('is safe for a terminal, and has a time for every number', async () => {
    const hostile = letter({ cluster: 'a\u001b[2Jb\u202e', receivedAt: Number.MAX_SAFE_INTEGER });
    const table = formatListing(await list([hostile]), 'table');
    expect(table).toContain('a\\u{1b}[2Jb\\u{202e}');
    expect(table).not.toContain('\u001b');
    expect(table).toContain(String(Number.MAX_SAFE_INTEGER));
  });

  it('says so when there is nothing, and gives machines nothing', async () => {
    expect(formatListing(await list([]), 'table')).toBe('No dead letters.\n');
    expect(formatListing(await list([]), 'ndjson')).toBe('');
  });
});

describe('a letter', () => {
  it('is shown with everything that is known, its bytes line by line and safe', () => {
    const text = formatLetter(letter({ bytes: Buffer.from('one\n\u001b]0;x\u0007two\r') }), 'text');
    expect(text).toContain('code        unreadable_body');
    expect(text).toContain('bytes       14');
    expect(text.endsWith('\none\n\\u{1b}]0;x\\u{7}two\\u{d}\n')).toBe(true);
  });

  it('is shown as hex', () => {
    const text = formatLetter(letter({ bytes: Buffer.from([...Array(17).keys()]) }), 'hex');
    expect(text).toContain(
      '00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................\n',
    );
    expect(text).toContain('00000010  10');
  });
});
