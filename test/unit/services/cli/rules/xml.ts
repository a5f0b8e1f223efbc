/**
 * Owns: a strict reader of the part of XML 1.0 that JUnit files use, for tests: it throws at whatever a
 * parser would refuse. Does not own: comments, CDATA, namespaces, document types.
 */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/u;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    if (FORBIDDEN.test(text)) throw new Error('a character that XML does not have');
    this.#text = text;
  }

  take(pattern: RegExp): string {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found === null) {
      throw new Error(`no ${pattern.source} at ${this.#text.slice(this.#at, this.#at + 60)}`);
    }
    this.#at += found[0].length;
    return found[1] ?? found[0];
  }

  sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }
}

function plain(text: string): string {
  return text.replace(/&(\w+);|[&<]/g, (whole, name: string | undefined) => {
    const char = name === undefined ? undefined : ENTITIES[name];
    if (char === undefined) throw new Error(`not escaped: ${whole}`);
    return char;
  });
}

function readElement(reader: Reader): Element {
  const name = reader.take(/<([a-z]+)/);
  const attributes: Record<string, string> = {};
  while (reader.sees(' ')) {
    const key = reader.take(/ ([a-z]+)="/);
    if (Object.hasOwn(attributes, key)) throw new Error(`${key} twice`);
    attributes[key] = plain(reader.take(/([^"]*)"/));
  }
  reader.take(/>/);
  const children: Element[] = [];
  let text = '';
  while (!reader.sees('</')) {
    if (reader.sees('<')) children.push(readElement(reader));
    else text += plain(reader.take(/([^<]+)/));
  }
  reader.take(new RegExp(`</${name}>`));
  return { name, attributes, children, text };
}

export function readXml(text: string): Element {
  const reader = new Reader(text);
  reader.take(/<\?xml version="1\.0" encoding="UTF-8"\?>\n/);
  const root = readElement(reader);
  reader.take(/\n?/);
  if (!reader.isAtEnd) throw new Error('something after the root');
  return root;
}
