/**
 * Each check of `rules lint` on a rule that it must refuse, and all of them on rules that are fine.
 */
import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { createCatalogue } from '../../../../../../services/detector/rules/kit/catalogue.ts';
import { CHECKS } from '../../../../../../services/detector/rules/kit/finding.ts';
import { checkExceptions } from '../../../../../../services/detector/rules/kit/exceptions.ts';
import { lintRules } from '../../../../../../services/detector/rules/kit/lint.ts';
import { and, FIELDS, is, load, not, or, ruleOf, sigma, some } from './rules.ts';

const CATALOGUE = createCatalogue(FIELDS);

function lint(...texts: readonly string[]) {
  const { problems, ruleSet } = load(...texts);
  return lintRules(ruleSet, problems, CATALOGUE);
}

/** What a file that must be refused is refused for, and where. */
interface Bad {
  readonly texts: readonly string[];
  readonly line: number;
  readonly reason: RegExp;
}

function bad(texts: readonly string[], line: number, reason: RegExp): Bad {
  return { texts, line, reason };
}

const BAD: readonly (readonly [check: string, what: string, Bad])[] = [
  ['load', 'what is no YAML', bad(['title: ['], 1, /YAML/)],
  [
    'load',
    'a rule for others',
    bad([sigma('a: b').replace('kubernetes', 'windows')], 1, /other events/),
  ],
  [
    'unknown-field',
    'a slip in a name',
    bad([sigma('objectRef.resorce: pods')], 10, /objectRef\.resorce.*\n.*objectRef\.resource\?/),
  ],
  [
    'unknown-field',
    'a slip in a body',
    bad(
      [sigma('verb: create\nrequestObject.spec.hostNetwrok: "true"')],
      11,
      /hostNetwrok.*\n.*hostNetwork\?/,
    ),
  ],
  [
    'wrong-type',
    'a word for a number',
    bad([sigma('responseStatus.code: Allowed')], 10, /a number.*Allowed/),
  ],
  [
    'wrong-type',
    'a word for a boolean',
    bad([sigma('podwitness.partial: "yes"')], 10, /true or false/),
  ],
  ['wrong-type', 'a name for an address', bad([sigma('source.ip: localhost')], 10, /an address/)],
  ['wrong-type', 'numbers of an address', bad([sigma('source.ip|gt: 5')], 10, /an address/)],
  [
    'wrong-type',
    'a network of numbers',
    bad([sigma('responseStatus.code|cidr: 10.0.0.0/8')], 10, /a number/),
  ],
  ['wrong-type', 'a text of an object', bad([sigma('objectRef: pods')], 10, /is an object/)],
  [
    'impossible-value',
    'a verb of kubectl',
    bad([sigma('verb: [create, exec]')], 10, /exec.*\n.*create/),
  ],
  [
    'impossible-value',
    'a singular',
    bad([sigma('objectRef.resource: [pod, secrets]')], 10, /\n.*pods/),
  ],
  [
    'impossible-value',
    'a short name',
    bad([sigma('objectRef.resource: [svc, pods]')], 10, /\n.*services/),
  ],
  [
    'never-matches',
    'only a verb that there is not',
    bad([sigma('verb: exec')], 10, /never match: "verb is exec"/),
  ],
  [
    'never-matches',
    'an answer before there is one',
    bad([sigma('stage: RequestReceived\nresponseStatus.code: 403')], 11, /RequestReceived has no/),
  ],
  [
    'never-matches',
    'a body that the level leaves out',
    bad(
      [sigma('level: Metadata\nrequestObject.spec.hostPID: "true"')],
      11,
      /needs the audit level Request/,
    ),
  ],
  [
    'audit-level',
    'a level that is too low',
    bad(
      [sigma('requestObject.spec.hostPID: "true"', 'podwitness: {audit_level: Metadata}')],
      10,
      /Metadata is enough.*Request records/,
    ),
  ],
  [
    'expensive',
    'nothing that an index finds',
    bad([sigma('verb: get').replace('condition: ', 'condition: not ')], 1, /every event/),
  ],
  [
    'metadata',
    'no description',
    bad([sigma('verb: get').replace('description: What it sees\n', '')], 1, /description/),
  ],
  [
    'metadata',
    'no tags',
    bad([sigma('verb: get').replace('tags: [attack.t1609]\n', '')], 1, /tags/),
  ],
  [
    'metadata',
    'no false positives',
    bad([sigma('verb: get').replace('falsepositives: [None]\n', '')], 1, /false/),
  ],
  [
    'metadata',
    'a tag that is no technique',
    bad([sigma('verb: get').replace('t1609', 't16091')], 1, /t16091/),
  ],
  [
    'duplicate',
    'the same condition in other words',
    bad(
      [
        sigma('verb: [get, list]\nobjectRef.resource: SECRETS'),
        sigma('objectRef.resource: secrets\nverb: [list, get]').replace('6ee2', '6ee3'),
      ],
      1,
      /condition is that of "A Rule" \(rule-0\.yml:1\)/,
    ),
  ],
  [
    'overlap',
    'a special case without a higher level',
    bad(
      [
        sigma('verb: [get, list]'),
        sigma('verb: get\nobjectRef.resource: secrets').replace('6ee2', '6ee3'),
      ],
      1,
      /"A Rule" \(rule-0\.yml:1\) matches, too/,
    ),
  ],
];

describe('lint', () => {
  it.each(BAD)('%s: %s', (check, _, { line, reason, texts }) => {
    const found = lint(...texts).filter((finding) => finding.check === check);
    expect(found.map((f) => `${f.line}: ${f.reason}\n${f.remedy}`).join()).toMatch(reason);
    expect(found[0]?.line).toBe(line);
  });

  it('finds empty lists, parts that can never be true, and rules that always are', () => {
    const checksOf = (condition: Parameters<typeof ruleOf>[0]) =>
      lintRules(compileRules([ruleOf(condition)]), [], CATALOGUE).map(
        ({ check, severity }) => `${severity} ${check}`,
      );
    expect(checksOf(and(is('verb')))).toContain('error empty-list');
    expect(checksOf(and(is('verb', 'get'), or()))).toContain('error empty-list');
    expect(checksOf(and())).toEqual(expect.arrayContaining(['error always-matches']));
    expect(checksOf(or(is('verb', 'get'), not(is('verb', 'GET'))))).toContain(
      'error always-matches',
    );
    const dead = and(is('verb', 'get'), or(is('verb', 'list'), is('objectRef.resource', 'pods')));
    expect(checksOf(dead)).toEqual(['warning dead-part']);
    expect(checksOf(and(is('verb', 'get'), is('verb', 'list')))).toEqual(['error never-matches']);
  });

  it('finds regular expressions that every text has to be searched with', () => {
    const checksOf = (source: string) => {
      const regex = some('userAgent', { kind: 'regex', source, flags: '' });
      return lintRules(compileRules([ruleOf(and(is('verb', 'get'), regex))]), [], CATALOGUE).map(
        (f) => f.check,
      );
    };
    expect(checksOf('^[a-z]+$')).toEqual(['expensive']);
    expect(checksOf('a|curl')).toEqual(['expensive']);
    expect(checksOf('curl|wget')).toEqual([]);
    expect(checksOf('/(?:curl|wget)[0-9]*')).toEqual([]);
  });

  it('finds exceptions that have ended, and exceptions for rules that are not there', () => {
    const rules = [ruleOf(is('verb', 'get'))];
    const exception = { rules: ['Title'], expires: '2027-03-31', path: 'e.yml', line: 3 };
    expect(checkExceptions([exception], rules, '2027-03-31')).toEqual([]);
    expect(checkExceptions([exception], rules, '2027-04-01')).toMatchObject([
      { check: 'exception', path: 'e.yml', line: 3, reason: expect.stringContaining('2027-03-31') },
    ]);
    expect(
      checkExceptions([{ ...exception, rules: ['Tilte'] }], rules, '2027-01-01'),
    ).toMatchObject([{ check: 'exception', remedy: 'Did you mean "Title"?' }]);
  });

  it('has nothing to say of a good rule, nor of a special case of a higher level', () => {
    const good = sigma('verb: get\nobjectRef.resource: secrets\nresponseStatus.code: 200');
    expect(lint(good)).toEqual([]);
    const general = sigma('verb: get').replace('6ee2', '6ee3').replace('high', 'low');
    expect(lint(good, general)).toEqual([]);
  });

  it('knows what lies below flattened fields, open maps and bodies', () => {
    const names = [
      ...[
        'requestObject.spec.anything.at.all',
        'podwitness.request_object.spec.x',
        'falco.output_fields.x',
      ],
      ...['annotations.example.com/x', 'user.extra.scopes', 'podwitness.labels.team'],
    ];
    for (const name of names) expect(lint(sigma(`${name}: value`)), name).toEqual([]);
  });

  it('has a sample here for every check', () => {
    const tested = new Set(BAD.map(([check]) => check));
    const others = ['empty-list', 'always-matches', 'dead-part', 'exception'];
    expect([...tested, ...others].sort()).toEqual([...CHECKS].sort());
  });
});
