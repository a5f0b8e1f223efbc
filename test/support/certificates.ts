/**
 * Owns: certificates for tests, made in the process: authorities, servers, clients. X.509 v3 with
 * ECDSA on P-256, in just as much DER as that takes (RFC 5280).
 */
import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export interface Made {
  readonly cert: string;
  readonly key: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

interface Wanted {
  readonly name: string;
  /** Absent: signed by itself. */
  readonly by?: Made;
  readonly isAuthority?: boolean;
  /** Beside 127.0.0.1 and localhost. */
  readonly dns?: readonly string[];
  readonly uri?: string;
  /** Days from now; below 0: it has expired. */
  readonly days?: number;
}

const DAY_MS = 86_400_000;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  // The shortest form is the only one that Go's TLS takes.
  if (body.length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, body.length]), body]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([Buffer.from([tag, 0x82]), length, body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts);
const octets = (...parts: readonly Buffer[]): Buffer => der(0x04, ...parts);
const bits = (bytes: Buffer): Buffer => der(0x03, Buffer.from([0]), bytes);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
const yes = der(0x01, Buffer.from([0xff]));

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid('550403'), utf8(commonName))));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return der(0x18, Buffer.from(`${text}Z`));
}

function extensions({ isAuthority = false, dns = [], uri }: Wanted): Buffer {
  const names = [
    ...['localhost', ...dns].map((name) => der(0x82, Buffer.from(name))),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    ...(uri === undefined ? [] : [der(0x86, Buffer.from(uri))]),
  ];
  const constraints = sequence(oid('551d13'), yes, octets(sequence(...(isAuthority ? [yes] : []))));
  return der(0xa3, sequence(constraints, sequence(oid('551d11'), octets(sequence(...names)))));
}

function pem(label: string, body: Buffer): string {
  const lines = body.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

export function makeCertificate(wanted: Wanted): Made {
  const { by, days = 30, name } = wanted;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const [from, until] = [Date.now() - 60 * DAY_MS, Date.now() + days * DAY_MS];
  const toSign = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ECDSA_SHA256,
    nameOf(by?.name ?? name),
    sequence(time(from), time(until)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(wanted),
  );
  const signature = createSign('sha256')
    .update(toSign)
    .sign(by?.privateKey ?? privateKey);
  const cert = pem('CERTIFICATE', sequence(toSign, ECDSA_SHA256, bits(signature)));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert, key, name, privateKey };
}
