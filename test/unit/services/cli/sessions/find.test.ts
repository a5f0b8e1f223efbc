import { describe, expect, it } from 'vitest';
import { checkId, findSession, searchIn } from '../../../../../services/cli/sessions/find.ts';
import { FatalError } from '../../../../../shared/errors/fault.ts';

const sessionOf = (id: string) => ({ podwitness: { session: { id } } });
const search = searchIn(['abcdef', 'abcdefgh', 'abcdefgX', 'zyxwvu1'].map(sessionOf));

describe('a session by its id', () => {
  it('is found whole, although others begin with it', async () => {
    expect(await findSession(search, 'abcdef')).toEqual({
      ...{ kind: 'one', document: sessionOf('abcdef') },
    });
  });

  it('is found by its beginning, where that is of one', async () => {
    expect(await findSession(search, 'zyxwvu')).toEqual({
      ...{ kind: 'one', document: sessionOf('zyxwvu1') },
    });
  });

  it('is listed with the others that begin so', async () => {
    expect(await findSession(search, 'abcdefg')).toEqual({
      ...{ kind: 'several', documents: [sessionOf('abcdefgh'), sessionOf('abcdefgX')] },
    });
  });

  it('may be none', async () => {
    expect(await findSession(search, 'ABCDEF')).toEqual({ kind: 'none' });
  });

  it('is asked for twenty at most', async () => {
    const many = Array.from({ length: 50 }, (_, i) => sessionOf(`abcdef${i}`));
    const found = await findSession(searchIn(many), 'abcdef');
    expect(found.kind === 'several' && found.documents).toHaveLength(20);
  });

  it.each(['abcde', '', '******', 'abc*def', 'abcdef ', 'abcdéf', '../../etc', '\u001b[2Jabc'])(
    'is no %j',
    (id) => {
      expect(() => checkId(id)).toThrow(FatalError);
    },
  );

  it.each(['abcdef', '5rVY0Zb2cXGm0qkyIYJpX3nHhV8', 'X1rKGvEfP5JK8y-PnMd1NNxOUCk', '__-__-'])(
    'may be %j',
    (id) => {
      expect(() => checkId(id)).not.toThrow();
    },
  );
});
