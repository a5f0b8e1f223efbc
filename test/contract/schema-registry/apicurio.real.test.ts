import { afterAll, beforeAll } from 'vitest';
import { type LocalRegistry, startRegistry } from '../../../infra/local/schema-registry.ts';
import { describeReal, localOptions } from '../../support/real.ts';
import { registrySuite } from './suite.ts';

describeReal('a real schema registry: Apicurio by Confluent’s API', () => {
  let registry: LocalRegistry;

  beforeAll(async () => {
    registry = await startRegistry(localOptions());
  });
  afterAll(() => registry?.stop());

  registrySuite(() => registry.url);
});
