/**
 * What a registry can do wrong, and who is told what: a repeat, a person, or nobody.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RegistryOptions } from '../../../../../shared/adapters/schema-registry/call.ts';
import {
  createRegistryClient,
  type RegistryClient,
} from '../../../../../shared/adapters/schema-registry/client.ts';
import { FatalError, TransientError } from '../../../../../shared/errors/fault.ts';
import { type RegistryDouble, startRegistryDouble } from '../../../../support/registry-double.ts';

const SCHEMA = '"string"';

let double: RegistryDouble;
let waits: number[];

beforeEach(async () => {
  double = await startRegistryDouble();
  waits = [];
});
afterEach(() => double.stop());

function clientOf(options: Partial<RegistryOptions> = {}, attempts = 3): RegistryClient {
  const clock = {
    random: () => 1,
    async sleep(ms: number) {
      waits.push(ms);
    },
  };
  return createRegistryClient({ url: double.url, timeoutMs: 500, ...options, clock, attempts });
}

/** Answers the first `times` requests so. */
function answerFirst(
  times: number,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  let left = times;
  double.intercept = (_request, response) => {
    if (left-- <= 0) return false;
    response.writeHead(status, headers).end(text);
    return true;
  };
}

describe('a registry that is away', () => {
  it.each([500, 502, 503, 408, 429])('is asked again after %d', async (status) => {
    answerFirst(2, status, '{"error_code":1,"message":"no"}');
    await expect(clientOf().register('s', SCHEMA)).resolves.toBe(1);
    expect(waits).toStrictEqual([200, 400]);
  });

  it('is given up in the end, as a neighbour', async () => {
    answerFirst(99, 503, '');
    const ending = clientOf().versions('s');
    await expect(ending).rejects.toBeInstanceOf(TransientError);
    await expect(ending).rejects.toMatchObject({ code: 'schema_registry_unavailable' });
    expect(double.requests).toHaveLength(3);
  });

  it('is waited for as long as it wants, within reason', async () => {
    answerFirst(2, 429, '', { 'retry-after': '3' });
    await clientOf().versions('s');
    expect(waits).toStrictEqual([3_000, 3_000]);
    waits = [];
    answerFirst(1, 429, '', { 'retry-after': '86400' });
    await clientOf().versions('s');
    expect(waits).toStrictEqual([10_000]);
  });

  it('may refuse connections, or hang', async () => {
    const client = clientOf({ timeoutMs: 100 }, 1);
    double.intercept = () => true;
    await expect(client.versions('s')).rejects.toBeInstanceOf(TransientError);
    await double.stop();
    await expect(client.versions('s')).rejects.toThrow(/can not be reached/);
  });

  it.each([
    ['something else than JSON', 200, '<html>'],
    ['a redirect', 302, '{}'],
    ['more than anybody can want', 200, `"${'x'.repeat(5 * 1024 * 1024)}"`],
  ])('may answer with %s', async (_, status, text) => {
    answerFirst(9, status, text, { location: 'http://elsewhere.example/' });
    await expect(clientOf({}, 1).versions('s')).rejects.toBeInstanceOf(TransientError);
  });
});

describe('what a person must mend', () => {
  it.each([401, 403])(
    'is access that is refused with %d, which is not tried again',
    async (status) => {
      answerFirst(9, status, '');
      const ending = clientOf({ auth: { username: 'u', password: 'hunter2' } }).versions('s');
      await expect(ending).rejects.toMatchObject({ code: 'access_denied' });
      await expect(ending).rejects.not.toThrow(/hunter2/);
      expect(double.requests).toHaveLength(1);
    },
  );

  it('is an address where no registry is', async () => {
    answerFirst(9, 404, '{"detail":"Not Found"}');
    const ending = clientOf().lookup('s', SCHEMA);
    await expect(ending).rejects.toBeInstanceOf(FatalError);
    await expect(ending).rejects.toThrow(/kafka\.schemaRegistry\.url/);
  });

  it('is what the registry says of a schema, cut short', async () => {
    answerFirst(9, 422, JSON.stringify({ error_code: 42201, message: 'x'.repeat(10_000) }));
    const ending = clientOf().register('s', SCHEMA);
    await expect(ending).rejects.toMatchObject({ code: 'schema_refused' });
    await expect(ending).rejects.toThrow(/^.{100,700}$/);
  });
});

describe('a call', () => {
  function seen(): Promise<IncomingMessage> {
    return new Promise((resolve) => {
      double.intercept = (request: IncomingMessage, _response: ServerResponse) => {
        resolve(request);
        return false;
      };
    });
  }

  it.each([
    [
      { username: 'key', password: 'sécret' },
      `Basic ${Buffer.from('key:sécret').toString('base64')}`,
    ],
    [{ token: 'abc' }, 'Bearer abc'],
  ])('proves who it is', async (auth, header) => {
    const request = seen();
    await clientOf({ auth }).versions('s');
    expect((await request).headers.authorization).toBe(header);
  });

  it('keeps a path of the URL, and subjects that are no path', async () => {
    const request = seen();
    const ending = clientOf({ url: `${double.url}/apis/ccompat/v7/` }).versions('a/b?c');
    await ending.catch(() => undefined);
    expect((await request).url).toBe('/apis/ccompat/v7/subjects/a%2Fb%3Fc/versions');
  });

  it('asks once for the schema of an id, which never changes', async () => {
    const client = clientOf();
    const id = await client.register('s', SCHEMA);
    expect([await client.schemaOf(id), await client.schemaOf(id)]).toStrictEqual([SCHEMA, SCHEMA]);
    expect(double.requests.filter((request) => request.includes('/ids/'))).toHaveLength(1);
  });
});
