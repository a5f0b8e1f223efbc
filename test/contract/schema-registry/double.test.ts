import { afterAll, beforeAll, describe } from 'vitest';
import { type RegistryDouble, startRegistryDouble } from '../../support/registry-double.ts';
import { registrySuite } from './suite.ts';

describe('the double of a schema registry', () => {
  let double: RegistryDouble;

  beforeAll(async () => {
    double = await startRegistryDouble();
  });
  afterAll(() => double.stop());

  registrySuite(() => double.url);
});
