import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GENERATED_FILE, generate } from '../../../../../infra/gates/tools/wasm-gen.ts';

it('is what `npm run wasm` makes of the source', async () => {
  expect(readFileSync(GENERATED_FILE, 'utf8')).toBe(await generate());
});
