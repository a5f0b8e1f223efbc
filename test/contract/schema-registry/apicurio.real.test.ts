import { afterAll, beforeAll, describe } from 'vitest';
import { DownloadError, downloadRegistry } from '../../../infra/local/downloads.ts';
import { type LocalRegistry, startRegistry } from '../../../infra/local/schema-registry.ts';
import { localOptions, requireReal } from '../../support/real.ts';
import { registrySuite } from './suite.ts';

/** Whether it can be had: it is on fewer mirrors than Kafka is. */
async function isThere(): Promise<boolean> {
  if ('skip' in requireReal()) return false;
  try {
    await downloadRegistry(localOptions());
    return true;
  } catch (error) {
    if (error instanceof DownloadError) return false;
    throw error;
  }
}

describe.skipIf(!(await isThere()))('a real schema registry: Apicurio by Confluent’s API', () => {
  let registry: LocalRegistry;

  beforeAll(async () => {
    registry = await startRegistry(localOptions());
  });
  afterAll(() => registry?.stop());

  registrySuite(() => registry.url);
});
