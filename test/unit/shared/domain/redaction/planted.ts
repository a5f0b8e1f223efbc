/**
 * Owns: secrets to plant, in which forms none of them may be told on, and what the normalizer and the
 * detector tell of a record.
 */
import fc from 'fast-check';
import { loadRules } from '../../../../../services/detector/rules/load.ts';
import { createDetectorStage } from '../../../../../services/detector/stage.ts';
import { createNormalizerStage } from '../../../../../services/normalizer/stage.ts';
import { createRedact, type Redact } from '../../../../../shared/domain/redaction/redact.ts';
import { endings } from '../../../../../shared/pipeline/outcome.ts';
import { bundledFiles } from '../../../services/detector/bundled.ts';
import { plainRulebook } from '../../../services/detector/match-all.ts';
import { rawBatch } from '../../../services/normalizer/batches.ts';
import type { Place, Planted } from './places.ts';

export const redact: Redact = createRedact({
  key: Buffer.from('a key for tests, of 32 bytes or so'),
});

const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const WORD = [...LETTERS, ...'_!*.'];
const ANY = [...LETTERS, ...' !"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\'\t', 'ü', '鍵', '🔑'];

/** Begins and ends with letters, as do all that people choose; long enough to be none by chance. */
function text(characters: readonly string[]): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...characters);
  const letters = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 5, maxLength: 5 });
  const inside = fc.string({ unit, minLength: 4, maxLength: 24 });
  return fc.tuple(letters, inside, letters).map((parts) => parts.join(''));
}

export function secretFor({ takes }: Place): fc.Arbitrary<string> {
  return text(takes === 'any' ? ANY : WORD);
}

/** A name as objects have it. */
export const innocent = fc
  .string({ unit: fc.constantFrom(...'bdfghjlmnqrvwxz'), minLength: 5, maxLength: 12 })
  .map((name) => `n${name}`);

/** In base64 what does not depend on what follows. */
export function formsOf(secret: string): readonly string[] {
  const packed = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    ...[secret, packed.slice(0, packed.length - 2), encodeURIComponent(secret), json],
    ...[JSON.stringify(json).slice(1, -1), encodeURIComponent(secret).replaceAll('%20', '+')],
  ];
}

const detector = createDetectorStage(plainRulebook(loadRules(bundledFiles()).ruleSet));

function told(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    const bytes = each as { type?: string; data?: readonly number[] } | null;
    return bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []).toString('utf8') : each;
  });
}

/** All that goes on from a body: events, findings, and what is said of what was no event. */
export function toldOf(body: string, by: Redact, source = 'audit'): string {
  const stage = createNormalizerStage({ dataStreamNamespace: 'default', redact: by });
  const batch = rawBatch(body, { source });
  const parts: string[] = [];
  for (const ending of stage.apply([batch]).flatMap((outcome) => endings(outcome))) {
    if (ending.kind === 'reject') parts.push(told(ending.fault));
    else if (ending.kind !== 'emit') parts.push(told(ending));
    else {
      const found = detector.apply(ending.items.map((value) => ({ ...batch, value })));
      parts.push(told(ending.items), told(found));
    }
  }
  return parts.join('\n');
}

/** As different senders wrap it. */
export function bodiesOf({ format, record }: Planted): readonly string[] {
  const line = JSON.stringify(record);
  const list = JSON.stringify({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    items: [record],
  });
  return [
    line,
    ...(format === 'audit' ? [list] : []),
    JSON.stringify([{ date: 1700000000.123, log: `${line}\n` }]),
    JSON.stringify({
      ...{ messageType: 'DATA_MESSAGE', owner: '1', logGroup: '/aws/eks/prod/cluster' },
      logEvents: [{ id: '1', timestamp: 1, message: line }],
    }),
  ];
}

/** The forms of the secret that stand in a text. */
export function leaks(secret: string, where: string): readonly string[] {
  return formsOf(secret).filter((form) => where.includes(form));
}

/** Throws where a secret is told on, by whatever sender, or what is no secret is lost. */
export function check(place: Place, by: Redact, options: fc.Parameters<unknown>): void {
  const planted = fc.tuple(secretFor(place), innocent, fc.nat());
  fc.assert(
    fc.property(planted, ([secret, stays, sender]) => {
      const { format, record } = place.plant(secret, stays);
      const redacted = JSON.stringify(by(record, format, false).value);
      const bodies = bodiesOf({ format, record });
      const body = bodies[sender % bodies.length] ?? '';
      const told = [redacted, toldOf(body, by)].join('\n');
      const leaked = leaks(secret, told);
      if (leaked.length > 0) throw new Error(`${place.name}: told on ${leaked[0]} in ${told}`);
      if (!redacted.includes(stays)) throw new Error(`${place.name}: ${stays} is lost`);
    }),
    options as fc.Parameters<[readonly [string, string, number]]>,
  );
}
