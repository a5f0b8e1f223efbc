/**
 * Owns: for whom a certificate is asked: the subject of a PKCS#10 request (RFC 2986). The API server
 * takes its common name for a user and its organizations for groups.
 */
export interface Subject {
  readonly commonName: string | undefined;
  readonly organizations: readonly string[];
}

const MAX_PEM_CHARS = 64 * 1024;
const MAX_ATTRIBUTES = 64;
const COMMON_NAME = '550403';
const ORGANIZATION = '55040a';
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BMP = 0x1e;

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly rest: Buffer;
}

/** The first element of DER; undefined: it is none. */
function read(bytes: Buffer): Element | undefined {
  const [tag, short] = bytes;
  if (tag === undefined || short === undefined) return undefined;
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  if (lengthBytes > 4 || (short >= 0x80 && lengthBytes === 0)) return undefined;
  const start = 2 + lengthBytes;
  if (bytes.length < start) return undefined;
  const length = lengthBytes === 0 ? short : bytes.readUIntBE(2, lengthBytes);
  const end = start + length;
  if (bytes.length < end) return undefined;
  return { tag, content: bytes.subarray(start, end), rest: bytes.subarray(end) };
}

function contentOf(bytes: Buffer, tag: number): Buffer | undefined {
  const element = read(bytes);
  return element?.tag === tag ? element.content : undefined;
}

function textOf({ content, tag }: Element): string {
  if (tag !== BMP) return content.toString('utf8');
  const even = content.subarray(0, content.length & ~1);
  return Buffer.from(even).swap16().toString('utf16le');
}

/** `request` as the API has it: base64 of PEM. */
function derOf(request: unknown): Buffer | undefined {
  if (typeof request !== 'string' || request.length > MAX_PEM_CHARS) return undefined;
  const pem = Buffer.from(request, 'base64').toString('latin1');
  const begin = pem.indexOf('REQUEST-----');
  const end = pem.indexOf('-----END', begin);
  if (!pem.includes('-----BEGIN') || begin < 0 || end < 0) return undefined;
  return Buffer.from(pem.slice(begin + 'REQUEST-----'.length, end), 'base64');
}

/** CertificationRequest, its info, behind the version: the subject. */
function nameOf(der: Buffer): Buffer | undefined {
  const request = contentOf(der, SEQUENCE);
  const info = request && contentOf(request, SEQUENCE);
  const version = info && read(info);
  return version?.tag === INTEGER ? contentOf(version.rest, SEQUENCE) : undefined;
}

function elements(bytes: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let rest = bytes; found.length < MAX_ATTRIBUTES; ) {
    const element = read(rest);
    if (element === undefined) break;
    found.push(element);
    rest = element.rest;
  }
  return found;
}

/** Undefined: no request that can be read. Total. */
export function subjectOf(request: unknown): Subject | undefined {
  const der = derOf(request);
  const name = der && nameOf(der);
  if (name === undefined) return undefined;
  const organizations: string[] = [];
  let commonName: string | undefined;
  const sets = elements(name).filter(({ tag }) => tag === SET);
  for (const { content: pair } of sets.flatMap(({ content }) => elements(content))) {
    const id = read(pair);
    const value = id && read(id.rest);
    const key = id?.content.toString('hex');
    if (value === undefined) continue;
    if (key === COMMON_NAME) commonName = textOf(value);
    else if (key === ORGANIZATION) organizations.push(textOf(value));
  }
  return { commonName, organizations };
}
