/**
 * Owns: podwitness with the receiving side of infra/senders, on this machine: its certificates, its
 * tokens, an issuer of OIDC tokens, and the senders' way to it.
 */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { SignJWT } from 'jose';
import { stringify } from 'yaml';
import { type Made, makeCertificate } from './certificates.ts';
import { type Process, query, start } from './podwitness.ts';
import { exampleYaml } from './sender-examples.ts';
import { eventually } from './sender.ts';

const HOST = 'podwitness.example.com';
const CA_FILE = 'ca.crt';
const SETTLE_MS = 30_000;

export interface Post {
  /** As the sender's settings have it; the path counts, the host is checked against the certificate. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly certificate?: Made;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Stand {
  /** A certificate that the receiving side's authority has signed. */
  client(commonName: string): Made;
  /** The token in the file of this name, whatever folder the examples put it into. */
  token(file: string): string;
  oidcToken(claims: Readonly<Record<string, string>>): Promise<string>;
  post(post: Post): Promise<Answer>;
  /** Documents of the cluster that hold `marker`, once there are `count`. */
  events(cluster: string, marker: string, count: number): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

interface Issuer {
  readonly url: string;
  readonly key: KeyObject;
  readonly server: Server;
}

async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }];
  let url = '';
  const server = createServer((asked, answer) => {
    const isKeys = asked.url === '/keys';
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify(isKeys ? { keys } : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, key: privateKey, server };
}

interface Sender {
  tokenFiles?: string[];
  oidc?: { issuer: string };
}

interface Receiving {
  http: { host: string; port: number; tls: Record<string, string> };
  collector: { senders: Sender[] };
}

/** The example with the files and addresses of this machine. */
async function configure(
  folder: string,
  authority: Made,
  issuer: string,
  tokens: Map<string, string>,
): Promise<string> {
  const put = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const config = structuredClone(exampleYaml('podwitness.yaml')) as unknown as Receiving;
  const own = makeCertificate({ name: HOST, by: authority, dns: [HOST] });
  const tls = {
    certFile: await put('tls.crt', own.cert),
    keyFile: await put('tls.key', own.key),
    clientCaFile: await put(CA_FILE, authority.cert),
  };
  config.http = { host: '127.0.0.1', port: 0, tls };
  for (const sender of config.collector.senders) {
    for (const [i, file] of (sender.tokenFiles ?? []).entries()) {
      const token = randomBytes(24).toString('hex');
      tokens.set(basename(file), token);
      (sender.tokenFiles as string[])[i] = await put(`token-${basename(file)}`, `${token}\n`);
    }
    if (sender.oidc !== undefined) sender.oidc.issuer = issuer;
  }
  return put('podwitness.yaml', stringify(config));
}

function postTo(address: string, authority: Made, post: Post): Promise<Answer> {
  const wanted = new URL(post.url);
  const { hostname, port } = new URL(address);
  const { cert, key } = post.certificate ?? {};
  const secrets = { ca: authority.cert, ...(cert === undefined ? {} : { cert, key }) };
  const headers = { 'content-length': post.body.length, host: wanted.host, ...post.headers };
  const path = `${wanted.pathname}${wanted.search}`;
  const to = { ...secrets, hostname, port, path, servername: wanted.hostname, method: 'POST' };
  return new Promise((resolve, reject) => {
    const sent = request({ ...to, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.once('error', reject);
    sent.end(post.body);
  });
}

/** Everything lies in `folder`. */
export async function startStand(folder: string): Promise<Stand> {
  const authority = makeCertificate({ name: 'authority of the senders', isAuthority: true });
  const issuer = await startIssuer();
  const tokens = new Map<string, string>();
  const config = await configure(folder, authority, issuer.url, tokens);
  const settings = { PODWITNESS_DATA_DIR: join(folder, 'data') };
  let process: Process;
  try {
    process = await start(['up', '--config', config], settings, /Send audit events to\s+(\S+)\/v1/);
  } catch (error) {
    issuer.server.close();
    throw error;
  }
  const seen = (cluster: string): Promise<readonly unknown[]> =>
    query('events', [`orchestrator.cluster.name=${cluster}`], {
      ...settings,
      // The command asks the running process, over https.
      NODE_EXTRA_CA_CERTS: join(folder, CA_FILE),
    });
  return {
    client: (name) => makeCertificate({ name, by: authority }),
    token(file) {
      const token = tokens.get(file);
      if (token === undefined) throw new Error(`podwitness.yaml has no token file ${file}`);
      return token;
    },
    oidcToken: (claims) =>
      new SignJWT({ email_verified: true, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer.url)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(issuer.key),
    post: (post) => postTo(process.url, authority, post),
    async events(cluster, marker, count) {
      const holds = (document: unknown): boolean => JSON.stringify(document).includes(marker);
      return eventually(
        async () => (await seen(cluster)).filter(holds),
        (found) => found.length >= count,
        SETTLE_MS,
      );
    },
    async stop() {
      process.kill('SIGKILL');
      await process.exited;
      issuer.server.close();
    },
  };
}
