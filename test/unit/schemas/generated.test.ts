import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GENERATED_FILE, generate } from '../../../infra/gates/tools/schema-gen.ts';
import { ROOT } from '../../../infra/gates/commands.ts';
import { readVersions } from '../../../infra/gates/tools/schema-versions.ts';
import { AVRO_SCHEMAS } from '../../../schemas/generated/avro.ts';

it('is what `npm run schemas` makes of the sources', () => {
  expect(readFileSync(GENERATED_FILE, 'utf8')).toBe(generate());
});

it('holds every version of every subject, oldest first', () => {
  const sources = readVersions(`${ROOT}/schemas`).map(({ text }) => JSON.parse(text) as unknown);
  const held = Object.values(AVRO_SCHEMAS)
    .flat()
    .map((text) => JSON.parse(text) as unknown);
  expect(held).toStrictEqual(sources);
  expect(held.length).toBeGreaterThan(0);
});
