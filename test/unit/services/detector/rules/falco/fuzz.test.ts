/** Whatever stands in a rule file: it is loaded or told of, without an exception, and soon. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveAudit } from '../../../../../../services/detector/rules/falco/fields/resolve.ts';
import { parseFilter } from '../../../../../../services/detector/rules/falco/parse.ts';
import { auditFields } from '../../../../../../services/detector/rules/falco/fields/audit.ts';
import { readTexts } from '../../../../../../services/detector/rules/falco/fields/field.ts';
import { compileGlob } from '../../../../../../services/detector/rules/falco/glob.ts';
import { auditFile, load, verdictOf } from './rule.ts';

/** Generous: such a text takes a few milliseconds. */
const SOON_MS = 3000;

function soon(act: () => void): void {
  const started = performance.now();
  act();
  expect(performance.now() - started).toBeLessThan(SOON_MS);
}

const TOKENS = [
  ...['(', ')', 'and', 'or', 'not', 'not(', ' ', '\n', ',', '=', '!=', 'in', 'exists', '"', "'"],
  ...['ka.verb', 'ka.req.pod.containers.image', '[0]', '[', ']', 'val(', 'tolower(', 'join(', '%'],
  ...[
    'oneof',
    'a',
    '\\',
    '0x',
    '1',
    '{',
    '}',
    '- rule: ',
    '  condition: ',
    'items:',
    ':',
    '&a',
    '*a',
  ],
];

describe('conditions', () => {
  it('of any tokens are read or refused', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TOKENS), { maxLength: 30 }), (tokens) => {
        const text = tokens.join('');
        const parsed = parseFilter(text);
        if (!parsed.ok) expect(parsed.problem.at).toBeLessThanOrEqual(text.length);
        load(auditFile(text, text));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['parentheses', '('.repeat(100_000)],
    ['closed parentheses', `${'('.repeat(5000)}ka.verb=a${')'.repeat(5000)}`],
    ['not', `${'not '.repeat(100_000)}ka.verb=a`],
    ['not with parentheses', 'not('.repeat(100_000)],
    ['transformers', 'tolower('.repeat(100_000)],
    ['arguments', `join("", ${'('.repeat(100_000)}`],
    ['operands', Array.from({ length: 10_000 }, () => 'ka.verb=a').join(' or ')],
    ['items', `ka.verb in (${Array.from({ length: 100_000 }, (_, i) => i).join(',')})`],
    ['one of many', `ka.verb = oneof (${Array.from({ length: 20_000 }, (_, i) => i).join(',')})`],
    ['a quote without an end', `ka.verb = "${'\\"'.repeat(100_000)}`],
    ['a long name', `${'a'.repeat(1_000_000)}.b = c`],
    ['a long word', 'a'.repeat(1_000_000)],
  ])('with many %s are read or refused soon', (_, condition) => {
    soon(() => load(auditFile(condition)));
  });

  it.each([
    ['globs', `ka.uri glob "${'*a'.repeat(200)}[b]"`],
    ['regular expressions', 'ka.uri regex "(a*)*(a|aa)+$b"'],
    ['paths', `ka.uri pmatch ("${'/*'.repeat(500)}/b")`],
  ])('with hostile %s are asked soon', (_, condition) => {
    const requestURI = `/${'a'.repeat(20_000)}${'/a'.repeat(10_000)}`;
    const document = { kubernetes: { audit: { auditID: 'a', requestURI } } };
    soon(() => expect(verdictOf(condition, document)).toBe(false));
  });

  it('with a glob of many stars take text times pattern at worst', () => {
    soon(() => compileGlob('*a'.repeat(100), true)('b'.repeat(10_000)));
  });
});

describe('files', () => {
  it('of any tokens are read or refused', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...TOKENS, '\n', '\n- '), { maxLength: 40 }),
        (tokens) => {
          load(tokens.join(''));
        },
      ),
      { numRuns: 250 },
    );
  });

  it('of any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        load(Buffer.from(bytes).toString('latin1'));
      }),
      { numRuns: 250 },
    );
  });

  it('with any values for their keys are read or refused', () => {
    const keys = ['rule', 'macro', 'list', 'condition', 'items', 'output', 'priority', 'desc'];
    const more = [
      'exceptions',
      'override',
      'append',
      'tags',
      'enabled',
      'name',
      'fields',
      'values',
    ];
    const item = fc.dictionary(
      fc.constantFrom(...keys, ...more, 'required_engine_version', 'required_plugin_versions'),
      fc.oneof(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom<unknown>('ka.verb=a', 'INFO', 'append', { condition: 'append' }, [[['a']]]),
      ),
      { maxKeys: 8 },
    );
    fc.assert(
      fc.property(fc.array(item, { maxLength: 4 }), (items) => {
        load(JSON.stringify(items));
      }),
      { numRuns: 250 },
    );
  });

  it('of many rules with a long list are loaded soon', () => {
    const items = Array.from({ length: 200 }, (_, i) => `name-${i}`).join(', ');
    const rules = Array.from({ length: 300 }, (_, i) =>
      auditFile(`ka.verb = create and ka.target.name in (names, own-${i})`).replace('x', `r${i}`),
    );
    soon(() => {
      const { problems } = load([`- list: names`, `  items: [${items}]`, ...rules].join('\n'));
      expect(problems).toEqual([]);
    });
  });
});

it('fields are read from whatever a document holds', () => {
  const resolve = resolveAudit('falco');
  const names = [...auditFields('falco')].map(([name, { arg }]) => ({
    ...{ kind: 'field' as const, name, at: 0 },
    ...(arg === 'key' ? { arg: 'a' } : {}),
  }));
  const key = fc.constantFrom(
    ...['kubernetes', 'audit', 'auditID', 'podwitness', 'request_object', 'spec', 'containers'],
    ...['rules', 'verbs', 'subjects', 'ports', 'command', 'requestURI', 'image', 'objectRef'],
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 7, depthSize: 'max' },
      fc.constantFrom<unknown>(null, 1, true, 'a', []),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  fc.assert(
    fc.property(tree, tree, (audit, request_object) => {
      const document = {
        kubernetes: { audit: { auditID: 'a', ...(audit as object) } },
        podwitness: { request_object },
      };
      for (const ref of names) {
        const resolved = resolve(ref);
        if (resolved.ok) readTexts(document, resolved.field);
      }
    }),
    { numRuns: 150 },
  );
});
