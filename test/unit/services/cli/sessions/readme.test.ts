import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { detailsOf } from '../../../../../services/cli/sessions/details.ts';
import { formatSession } from '../../../../../services/cli/sessions/text.ts';
import { README_SESSION } from './documents.ts';

it('README.md shows a session as it is printed', () => {
  const readme = readFileSync(new URL('../../../../../README.md', import.meta.url), 'utf8');
  const [, sample] =
    /^npx podwitness session show \w+\n```\n\n```\n([\s\S]*?)```$/m.exec(readme) ?? [];
  expect(sample).toBe(formatSession(detailsOf(README_SESSION)));
});
