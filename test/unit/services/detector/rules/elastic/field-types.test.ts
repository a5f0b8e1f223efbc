import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  fieldTypeOf,
  withoutTextSuffix,
} from '../../../../../../services/detector/rules/elastic/field-types.ts';

interface Mapping {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
  readonly fields?: Readonly<Record<string, { readonly type: string }>>;
}

const FOLDER = new URL('../../../../../../infra/elastic/component-templates/', import.meta.url);

/** Documents of other kinds, which no rule is matched with. */
const NO_EVENT = /^podwitness\.(?:finding|alert|session)\./;

/** Names of all fields of events with their types, other ways to search them included. */
function mapped(): readonly (readonly [name: string, type: string])[] {
  const walk = (fields: Readonly<Record<string, Mapping>>, prefix: string): [string, string][] =>
    Object.entries(fields).flatMap(([key, mapping]) => {
      const name = `${prefix}${key}`;
      const own: [string, string][] = mapping.type === undefined ? [] : [[name, mapping.type]];
      const others = Object.entries(mapping.fields ?? {}).map(
        ([other, { type }]): [string, string] => [`${name}.${other}`, type],
      );
      return [...own, ...others, ...walk(mapping.properties ?? {}, `${name}.`)];
    });
  return readdirSync(FOLDER).flatMap((file) => {
    const template = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as {
      readonly template?: { readonly mappings?: Mapping };
    };
    const fields = walk(template.template?.mappings?.properties ?? {}, '');
    return fields.filter(([name]) => !NO_EVENT.test(name));
  });
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ match_only_text: 'text', ip: 'ip', date: 'date' },
  ...{ long: 'number', integer: 'number', float: 'number', double: 'number' },
};

it('knows the types that the templates give', () => {
  const fields = mapped();
  expect(fields.length).toBeGreaterThan(600);
  const wrong = fields.filter(([name, type]) => fieldTypeOf(name) !== (TYPES[type] ?? 'keyword'));
  expect(wrong).toEqual([]);
});

it('knows which fields can be searched as texts, too', () => {
  const texts = mapped().filter(([, type]) => type === 'match_only_text');
  const withSuffix = texts.map(([name]) => name).filter((name) => name.endsWith('.text'));
  expect(withSuffix).toHaveLength(9);
  for (const name of withSuffix) expect(withoutTextSuffix(name)).toBe(name.slice(0, -5));
  expect(withoutTextSuffix('podwitness.labels.text')).toBe('podwitness.labels.text');
});
