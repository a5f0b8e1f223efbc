/**
 * The examples in infra/senders for what posts: address, headers, encoding and format come from the
 * example, and what that program would send with them goes to a podwitness that is set up as
 * infra/senders/podwitness.yaml says. The events come out, or the example is wrong.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLines, enricherLine, eventList, falcoAlert } from '../support/sender-bodies.ts';
import {
  at,
  exampleText,
  exampleYaml,
  parseFluentd,
  textAt,
  withEnvironment,
} from '../support/sender-examples.ts';
import { type Post, type Stand, startStand } from '../support/sender-stand.ts';

const TIMEOUT = { timeout: 60_000 };

let folder: string;
let stand: Stand;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-senders-'));
  stand = await startStand(folder);
}, 60_000);

afterAll(async () => {
  await stand?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Posts, and waits for the events. The cluster is what the address of the example says. */
async function deliver(post: Post, marker: string, count: number): Promise<readonly unknown[]> {
  const answer = await stand.post(post);
  expect(answer).toMatchObject({ status: 200 });
  const cluster = new URL(post.url).pathname.split('/').at(-1) ?? '';
  const found = await stand.events(cluster, marker, count);
  expect(found).toHaveLength(count);
  return found;
}

function packed(body: string, compression: unknown): Pick<Post, 'body' | 'headers'> {
  if (compression !== 'gzip') throw new Error(`The test can not pack with ${compression}`);
  return { body: gzipSync(body), headers: { 'content-encoding': 'gzip' } };
}

describe('kube-apiserver', () => {
  /** Its client keeps the path, drops the query string, and adds its own. */
  const urlOf = (kubeconfig: unknown): string => {
    const server = new URL(textAt(kubeconfig, 'clusters.0.cluster.server'));
    return `${server.origin}${server.pathname}?timeout=30s`;
  };
  const headers = {
    'user-agent': 'Go-http-client/1.1',
    accept: 'application/json, */*',
    'content-type': 'application/json',
    'accept-encoding': 'gzip',
  };

  it('posts with the token of its kubeconfig', TIMEOUT, async () => {
    const kubeconfig = exampleYaml('kube-apiserver/webhook-kubeconfig.yaml');
    expect(at(kubeconfig, 'users.0.user.tokenFile')).toBe('/etc/kubernetes/podwitness/token');
    const url = urlOf(kubeconfig);
    expect(url).toMatch(/^https:/); // The token is not sent over http.
    const authorization = `Bearer ${stand.token('kube-apiserver')}`;
    const body = eventList('by-token');
    await deliver({ url, body, headers: { ...headers, authorization } }, 'by-token', 2);
  });

  it('posts with the certificate of its kubeconfig', TIMEOUT, async () => {
    const name = 'kube-apiserver/webhook-kubeconfig-certificate.yaml';
    expect(exampleText(name)).toContain('kube-apiserver-audit');
    const url = urlOf(exampleYaml(name));
    const certificate = stand.client('kube-apiserver-audit');
    await deliver({ url, headers, certificate, body: eventList('by-cert') }, 'by-cert', 2);
  });

  it('is refused without either, and in a cluster that is not its own', TIMEOUT, async () => {
    const url = urlOf(exampleYaml('kube-apiserver/webhook-kubeconfig.yaml'));
    const body = eventList('nobody');
    expect(await stand.post({ url, headers, body })).toMatchObject({ status: 401 });
    const authorization = `Bearer ${stand.token('kube-apiserver')}`;
    const elsewhere = { url: url.replace(/prod-eu-1/, 'eks-prod'), body };
    const answer = await stand.post({ ...elsewhere, headers: { ...headers, authorization } });
    expect(answer).toMatchObject({ status: 403 });
  });

  it('is told to wait for a batch, and never not at all', () => {
    const command = at(exampleYaml('kube-apiserver/flags.yaml'), 'spec.containers.0.command');
    const flags = new Map((command as string[]).map((flag) => flag.split('=') as [string, string]));
    expect(flags.get('--audit-webhook-batch-max-wait')).toBe('5s');
    expect(flags.get('--audit-webhook-mode')).toBe('batch');
    expect(flags.get('--audit-webhook-config-file')).toMatch(/webhook-kubeconfig\.yaml$/);
  });

  it('keeps failed logins and sessions, and no contents of secrets', () => {
    interface Rule {
      readonly level: string;
      readonly resources?: readonly { readonly resources: readonly string[] }[];
    }
    const policy = exampleYaml('kube-apiserver/audit-policy.yaml');
    expect(at(policy, 'omitStages')).not.toContain('ResponseStarted');
    const rules = at(policy, 'rules') as readonly Rule[];
    const levelOf = (resource: string): string | undefined =>
      rules.find((rule) => rule.resources?.some((each) => each.resources.includes(resource)))
        ?.level;
    expect(levelOf('pods/exec')).toBe('Request');
    expect(levelOf('secrets')).toBe('Metadata');
    expect(rules.at(-1)).toEqual({ level: 'Metadata' });
  });
});

describe('Fluent Bit', () => {
  /** out_http with format json_lines: one object a line, with the time under json_date_key. */
  const post = (example: unknown, lines: readonly string[]): Post => {
    const output = at(example, 'pipeline.outputs.0');
    expect(output).toMatchObject({ name: 'http', format: 'json_lines', tls: 'on' });
    expect(output).toMatchObject({ retry_limit: 'no_limits' });
    expect(at(example, 'pipeline.inputs.0')).toMatchObject({
      ...{ name: 'tail', skip_long_lines: true },
      'storage.type': 'filesystem',
    });
    const date = textAt(output, 'json_date_key');
    const body = lines.map((log) => `${JSON.stringify({ [date]: 1763632800.123, log })}\n`);
    const env = { PODWITNESS_TOKEN: stand.token('shippers') };
    const header = withEnvironment(textAt(output, 'header.0'), env).split(' ');
    const [name = '', ...value] = header;
    const { body: bytes, headers } = packed(body.join(''), at(output, 'compress'));
    return {
      url: `https://${textAt(output, 'host')}:${at(output, 'port')}${textAt(output, 'uri')}`,
      headers: { ...headers, 'content-type': 'application/json', [name]: value.join(' ') },
      body: bytes,
    };
  };

  it('follows the audit log', TIMEOUT, async () => {
    const example = exampleYaml('fluent-bit/audit-http.yaml');
    await deliver(post(example, auditLines('by-fluent-bit')), 'by-fluent-bit', 2);
  });

  it('follows the lines of the Security Profiles Operator', TIMEOUT, async () => {
    const example = exampleYaml('spo/fluent-bit.yaml');
    const written = textAt(
      exampleYaml('spo/spod-1.0.yaml'),
      'spec.enricher.jsonEnricherOptions.auditLogPath',
    );
    expect(textAt(example, 'pipeline.inputs.0.path')).toBe(written);
    const [found] = await deliver(post(example, [enricherLine('pod-of-spo')]), 'pod-of-spo', 1);
    expect(found).toMatchObject({ process: { command_line: 'ls -l /tmp' } });
  });
});

it('Fluentd follows the audit log', TIMEOUT, async () => {
  const match = parseFluentd(exampleText('fluentd/audit-http.conf')).sections.get('match');
  const parameter = (name: string): string => match?.parameters.get(name) ?? '';
  expect(match?.sections.get('format')?.parameters.get('@type')).toBe('json');
  expect(parameter('json_array')).toBe('false');
  expect(parameter('retryable_response_codes')).toBe('503');
  const env = { PODWITNESS_TOKEN: stand.token('shippers') };
  const own = JSON.parse(withEnvironment(parameter('headers'), env)) as Record<string, string>;
  // The parser `none` puts the line under `message`.
  const lines = auditLines('by-fluentd').map((message) => `${JSON.stringify({ message })}\n`);
  const { body, headers } = packed(lines.join(''), parameter('compress'));
  const all = { ...headers, ...own, 'content-type': parameter('content_type') };
  await deliver({ url: parameter('endpoint'), headers: all, body }, 'by-fluentd', 2);
});

it('Falco posts alerts with its certificate', TIMEOUT, async () => {
  const falco = exampleYaml('falco/falco.yaml');
  expect(falco).toMatchObject({ json_output: true, http_output: { enabled: true, mtls: true } });
  const added = at(falco, 'append_output.0.extra_fields') as readonly Record<string, string>[];
  const fields = Object.fromEntries(
    added.flatMap((each) => Object.keys(each).map((name) => [name, `uid-of-${name}`])),
  );
  const certificate = stand.client('falco-output');
  const headers = {
    'user-agent': textAt(falco, 'http_output.user_agent'),
    'content-type': 'application/json',
  };
  const body = Buffer.from(JSON.stringify(falcoAlert('pod-of-falco', fields)));
  const url = textAt(falco, 'http_output.url');
  const [found] = await deliver({ url, headers, certificate, body }, 'pod-of-falco', 1);
  // What joins the alert with the exec behind it has come through.
  expect(JSON.stringify(found)).toContain('uid-of-spo_request_uid');
});

it('falcosidekick posts alerts with its header', TIMEOUT, async () => {
  const { webhook } = exampleYaml('falco/falcosidekick.yaml');
  const env = { PODWITNESS_TOKEN: stand.token('falcosidekick') };
  const authorization = withEnvironment(textAt(webhook, 'customheaders.Authorization'), env);
  const alert = { uuid: '3c7a1c2e-7f0b-4a52-9d5e-000000000001', ...falcoAlert('pod-of-sidekick') };
  const headers = { authorization, 'content-type': 'application/json; charset=utf-8' };
  const body = Buffer.from(JSON.stringify(alert));
  await deliver({ url: textAt(webhook, 'address'), headers, body }, 'pod-of-sidekick', 1);
});
