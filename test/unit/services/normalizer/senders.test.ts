/**
 * What every sender and format becomes, one golden file each (`npx vitest run -u` on this file, then
 * read the diff), and that how the bytes come changes nothing.
 */
import { describe, expect, it } from 'vitest';
import { splitBody } from '../../../../services/collector/split.ts';
import {
  batchOf,
  decide,
  essence,
  type Result,
  readSamples,
  resultOf,
  resultOfBody,
  type Sample,
} from '../../../support/samples.ts';

const SAMPLES = readSamples();
const NAMED = SAMPLES.map((sample) => [sample.name, sample] as const);
const WHOLE = Number.MAX_SAFE_INTEGER;
const GARBAGE = Buffer.from(
  [
    'I1120 11:59:58.000001       1 main.go:42] "starting" version="v1.0.0"',
    '-- no json, no log, just a line --',
    '{"torn": "line',
    '',
  ].join('\n'),
);

function isText({ input }: Sample): boolean {
  return Buffer.from(input.toString('utf8')).equals(input);
}

function named(name: string): Sample {
  const found = SAMPLES.find((sample) => sample.name === name);
  if (found === undefined) throw new Error(`No sample ${name}`);
  return found;
}

function read(body: Buffer, { source }: Sample): Result {
  return resultOfBody(body, { source });
}

/** As the collector cuts a body that is larger than one record. */
function inParts({ input, source }: Sample, partBytes: number): Result {
  const split = splitBody(input, { partBytes, maxBytes: WHOLE });
  if (!split.ok) throw new Error('Larger than anything can be');
  const batches = split.parts.map(({ body, framing }, part) =>
    batchOf(body, { source, framing, part, parts: split.parts.length }),
  );
  return resultOf(decide(batches));
}

function ends(result: Result): number {
  const dropped = Object.values(result.dropped).reduce((sum, n) => sum + n, 0);
  return result.events.length + dropped + result.rejected.length;
}

it('are at least sixty', () => {
  expect(SAMPLES.length).toBeGreaterThanOrEqual(60);
});

describe.each(NAMED)('%s', (_name, sample) => {
  it('becomes what it did', async () => {
    const result = read(sample.input, sample);
    expect(ends(result)).toBeGreaterThan(0);
    await expect(`${JSON.stringify(result, null, 2)}\n`).toMatchFileSnapshot(sample.expectedFile);
  });

  it('is the same when it is cut into parts', () => {
    const whole = essence(read(sample.input, sample));
    for (const partBytes of [1, 300, 2000]) {
      expect(essence(inParts(sample, partBytes))).toStrictEqual(whole);
    }
  });

  it('is the same behind others in one body', () => {
    const others = isText(sample) ? ['kubernetes-eventlist', 'spo-1.0'] : ['fluent-bit-msgpack'];
    const gap = isText(sample) ? '\n' : '';
    for (const other of others.map(named)) {
      const both = read(Buffer.concat([other.input, Buffer.from(gap), sample.input]), sample);
      const want = [...essence(read(other.input, sample)), ...essence(read(sample.input, sample))];
      expect(essence(both)).toStrictEqual(want.toSorted());
    }
  });
});

const LINE_ORIENTED = NAMED.filter(([, sample]) => sample.lineOriented);

describe.each(LINE_ORIENTED)('%s', (_name, sample) => {
  it('is the same behind lines of garbage, which are accounted for', () => {
    const result = read(Buffer.concat([GARBAGE, sample.input]), sample);
    expect(essence(result)).toStrictEqual(essence(read(sample.input, sample)));
    expect(ends(result)).toBeGreaterThan(ends(read(sample.input, sample)));
  });
});
