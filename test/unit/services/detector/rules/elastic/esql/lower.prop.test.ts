/** What the engine says of a lowered query is what walking the query on the document says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEsql } from '../../../../../../../services/detector/rules/elastic/esql/compile.ts';
import { document, query, recorded } from './generated.ts';
import { naive } from './naive.ts';
import { verdict } from './tried.ts';

const RUNS = 400;

describe('a lowered query', () => {
  it('matches what the query itself matches', () => {
    const seen = { match: 0, 'no match': 0, 'cannot tell': 0 };
    fc.assert(
      fc.property(query, fc.array(document, { minLength: 3, maxLength: 3 }), (text, documents) => {
        for (const one of documents) {
          const found = verdict(text, one);
          seen[found]++;
          expect(found).toBe(naive(text, one) ? 'match' : 'no match');
        }
      }),
      { numRuns: RUNS },
    );
    // The comparison is worth something: both answers occur often.
    expect(seen.match).toBeGreaterThan(RUNS / 10);
    expect(seen['no match']).toBeGreaterThan(RUNS / 10);
  });

  it('says nothing of an event that what was not recorded could turn round', () => {
    let told = 0;
    let untold = 0;
    fc.assert(
      fc.property(
        query,
        document,
        fc.array(recorded, { minLength: 4, maxLength: 4 }),
        (text, full, bodies) => {
          const { kubernetes, podwitness: _, ...rest } = full;
          const { requestObject: __, ...audit } = kubernetes.audit;
          const less = {
            ...rest,
            kubernetes: { audit },
            podwitness: { missing: ['requestObject'] },
          };
          const found = verdict(text, less);
          if (found === 'cannot tell') untold++;
          else told++;
          for (const one of bodies) {
            const more = { ...rest, kubernetes: { audit }, podwitness: { request_object: one } };
            if (found === 'match') expect(naive(text, more)).toBe(true);
            if (found === 'no match') expect(naive(text, more)).toBe(false);
          }
        },
      ),
      { numRuns: RUNS },
    );
    expect(told).toBeGreaterThan(RUNS / 10);
    expect(untold).toBeGreaterThan(RUNS / 10);
  });

  it('has a plain predicate for what asks one thing of one field', () => {
    const A = 'kubernetes.audit';
    for (const condition of [
      ...[
        `${A}.verb == "get"`,
        `"get" == ${A}.verb`,
        `${A}.verb IN ("get", "list")`,
        `${A}.verb LIKE "g*"`,
      ],
      ...[
        `STARTS_WITH(${A}.verb, "g")`,
        `${A}.responseStatus.code >= 400`,
        `${A}.verb RLIKE "g.*"`,
      ],
      ...[
        `CIDR_MATCH(source.ip, "10.0.0.0/8")`,
        `source.ip == "10.0.0.1"`,
        `TO_LOWER(${A}.verb) == "get"`,
      ],
      ...[
        `${A}.verb RLIKE "[a-z]+get"`,
        `${A}.requestObject.spec.hostNetwork`,
        `${A}.verb IS NOT NULL`,
      ],
      ...[`MV_CONTAINS(${A}.user.groups, "a")`, 'EVAL'],
    ]) {
      const text =
        condition === 'EVAL' ? `EVAL v = ${A}.verb | WHERE v == "get"` : `WHERE ${condition}`;
      const compiled = compileEsql(`FROM logs | ${text}`);
      expect(JSON.stringify(compiled)).toContain('{"kind":"predicate","field":{"kind":"path"');
    }
  });
});
