import { describe, expect, it } from 'vitest';
import { onPod, ownOf, processOf, write } from './events.ts';

const argvOf = (query: string): unknown =>
  (processOf(onPod('exec', query)) as { args?: unknown } | undefined)?.args;

describe('an exec', () => {
  it.each(['get', 'create', ''])('has its command and streams, whatever its verb: %j', (verb) => {
    const query = 'command=sh&command=-c&command=echo+%22a%22%0Als&container=app&stdin=true&tty=1';
    const event = onPod('exec', query, { verb });
    expect(processOf(event)).toEqual({
      args: ['sh', '-c', 'echo "a"\nls'],
      command_line: `sh -c 'echo "a"\nls'`,
    });
    expect(ownOf(event)).toEqual({ request: { container: 'app', stdin: true, tty: true } });
  });

  it.each([
    ['command=a%2fb&command=x+y&command=%2B', ['a/b', 'x y', '+']],
    ['comm%61nd=id', ['id']],
    ['command', ['']],
    ['command=%zz&command=100%', ['%zz', '100%']],
    ['command=%ff', ['\ufffd']],
    ['command=a=b&xcommand=c&=d&&', ['a=b']],
    ['command=REDACTED~abc_-', ['REDACTED~abc_-']],
    ['command=%F0%9F%94%91', ['🔑']],
  ])('decodes %s', (query, argv) => {
    expect(argvOf(query)).toEqual(argv);
  });

  it('has a command line from which its arguments can be read', () => {
    const { command_line } = processOf(onPod('exec', `command=a%27b&command=&command=$HOME`)) as {
      command_line: string;
    };
    expect(command_line).toBe(`'a'\\''b' '' '$HOME'`);
  });

  it('shows what comes after many arguments', () => {
    const query = `${'command=x&'.repeat(300)}command=evil`;
    expect(processOf(onPod('exec', query))).toMatchObject({
      command_line: expect.stringMatching(/ evil$/),
    });
    expect(argvOf(query)).toHaveLength(256);
  });

  it('of tar is a copy', () => {
    const copy = (query: string): unknown => ownOf(onPod('exec', query));
    expect(copy('command=tar&command=cf&command=-&command=/etc/passwd')).toEqual({
      request: { copy: 'from_container' },
    });
    expect(copy('command=/bin/tar&command=-xmf&command=-&command=-C&command=/')).toEqual({
      request: { copy: 'to_container' },
    });
    expect(copy('command=tar&command=cf&command=a.tar')).toEqual({});
  });

  it('has the same fields where a webhook was asked, or Cloud Logging tells of it', () => {
    const options = { kind: 'PodExecOptions', container: 'app', command: ['sh'], tty: true };
    for (const verb of ['connect', 'create']) {
      const event = onPod('exec', '', { verb, requestURI: undefined, requestObject: options });
      expect(processOf(event)).toEqual({ args: ['sh'], command_line: 'sh' });
      expect(ownOf(event)).toEqual({ request: { container: 'app', tty: true } });
    }
  });
});

describe('what the server ignores', () => {
  it('is no command, no container and no dry run', () => {
    const query = 'command=id&container=app&dryRun=All&tty=true';
    expect(processOf(onPod('log', query))).toBeUndefined();
    expect(ownOf(onPod('attach', query))).toEqual({ request: { container: 'app', tty: true } });
    expect(ownOf(onPod('exec', query, { verb: 'create' }))).not.toHaveProperty('request.dry_run');
    const get = { ...onPod('', query), objectRef: { resource: 'pods', name: 'a' } };
    expect(processOf(get)).toBeUndefined();
    expect(ownOf(get)).toEqual({});
  });

  it('is a flag of false or 0, and nothing else', () => {
    const flags = ['false', '0', 'FALSE', 'no', ''].map(
      (value) => (ownOf(onPod('exec', `tty=${value}`))['request'] as { tty: boolean }).tty,
    );
    expect(flags).toEqual([false, false, false, true, true]);
  });
});

it('of a log says what was asked for', () => {
  const query = 'container=app&follow=true&previous=1&sinceSeconds=60&tailLines=x&limitBytes=-1';
  expect(ownOf(onPod('log', query))).toEqual({
    request: { container: 'app', follow: true, previous: true, since_seconds: 60 },
  });
});

it('of a port-forward has the ports if they are said', () => {
  expect(ownOf(onPod('portforward', 'ports=8080,x,443'))).toEqual({
    request: { ports: [8080, 443] },
  });
  expect(ownOf(onPod('portforward', ''))).toEqual({});
});

describe('a proxied request', () => {
  const proxied = (resource: string, name: string, uri: string): object => ({
    verb: 'create',
    requestURI: uri,
    objectRef: { resource, subresource: 'proxy', name },
  });

  it.each([
    ['/api/v1/nodes/n1/proxy/run/shop/web-0/app?cmd=cat+/etc/shadow', ['cat', '/etc/shadow']],
    ['/api/v1/nodes/n1/proxy/run/shop/web-0/uid-1/app?cmd=id', ['id']],
    ['/api/v1/nodes/n1%2Fproxy%2Frun/shop/web-0/app?cmd=id', ['id']],
    [
      '/api/v1/nodes/n1/proxy/exec/shop/web-0/app?command=sh&command=-c%20id&tty=1',
      ['sh', '-c id'],
    ],
  ])('to the kubelet runs a command: %s', (uri, args) => {
    const event = proxied('nodes', 'n1', uri);
    expect(processOf(event)).toMatchObject({ args });
    expect(ownOf(event)).toMatchObject({
      request: {
        ...{ kubelet: uri.includes('/exec/') ? 'exec' : 'run', namespace: 'shop', pod: 'web-0' },
        ...{ container: 'app', path: expect.stringMatching(/^\/(run|exec)\/shop\/web-0\//) },
      },
    });
  });

  it('to the kubelet says which streams it has', () => {
    const query = 'command=sh&input=1&output=1&error=0&tty=1';
    const uri = `/api/v1/nodes/n1/proxy/exec/shop/web-0/app?${query}`;
    const { request } = ownOf(proxied('nodes', 'n1', uri));
    expect(request).toMatchObject({ stdin: true, stdout: true, tty: true });
    expect(request).not.toHaveProperty('stderr');
  });

  it('names target, port and path', () => {
    const uri = '/api/v1/namespaces/shop/services/https:web:8443/proxy/admin/users?run=x';
    const event = proxied('services', 'https:web:8443', uri);
    expect(ownOf(event)).toEqual({
      request: { scheme: 'https', target: 'web', ports: [8443], path: '/admin/users' },
    });
    expect(processOf(event)).toBeUndefined();
    const named = proxied(
      'pods',
      'web-0:http',
      '/api/v1/namespaces/s/pods/web-0:http/proxy/run/a/b/c',
    );
    expect(ownOf(named)).toEqual({
      request: { target: 'web-0', port_name: 'http', path: '/run/a/b/c' },
    });
  });

  it('without a URI says nothing', () => {
    const event = { ...proxied('nodes', 'n1', ''), requestURI: undefined };
    expect(ownOf(event)).toEqual({});
  });
});

describe('a dry run', () => {
  const isDryRun = (event: object): boolean =>
    (ownOf(event)['request'] as { dry_run?: boolean } | undefined)?.dry_run === true;
  const uri = { requestURI: '/api/v1/pods?x=1&dryRun=%41ll' };
  const put = (rest: object): object => write('pods', undefined, { ...uri, ...rest });

  it.each(['create', 'update', 'patch'])('is what the query of a %s says', (verb) => {
    expect(isDryRun(put({ verb }))).toBe(true);
    expect(isDryRun(put({ verb, requestURI: '/api/v1/pods?dryRun=None' }))).toBe(false);
    expect(isDryRun(put({ verb, requestURI: '/api/v1/pods?dryRun=All&dryRun=x' }))).toBe(false);
  });

  it('of a delete is what its body says, if there may be one', () => {
    const remove = { verb: 'delete' };
    expect(isDryRun(put({ ...remove, requestObject: { dryRun: ['All'] } }))).toBe(true);
    expect(isDryRun(put({ ...remove, requestObject: { kind: 'DeleteOptions' } }))).toBe(false);
    expect(isDryRun(put({ ...remove, level: 'Metadata' }))).toBe(false);
    expect(isDryRun(put({ ...remove, stage: 'RequestReceived' }))).toBe(false);
    expect(isDryRun(put(remove))).toBe(true);
  });

  it('is none where a token is made', () => {
    expect(isDryRun(write('serviceaccounts/token', {}, uri))).toBe(false);
  });

  it('is told to a webhook', () => {
    const event = write('pods', {}, { options: { kind: 'CreateOptions', dryRun: ['All'] } });
    expect(isDryRun(event)).toBe(true);
  });
});

describe('options', () => {
  it('of writes', () => {
    const requestURI = '/x?fieldManager=kubectl&force=true&fieldValidation=Strict&limit=1';
    const event = write(
      'configmaps',
      { kind: 'ConfigMap', apiVersion: 'v1' },
      {
        ...{ requestURI, verb: 'patch' },
      },
    );
    expect(ownOf(event)).toEqual({
      request: {
        ...{ field_manager: 'kubectl', force: true, field_validation: 'Strict' },
        patch_type: 'apply',
      },
    });
  });

  it('of deletes and lists', () => {
    const requestURI = '/x?labelSelector=a%3Db&fieldSelector=c&limit=5&propagationPolicy=Orphan';
    const options = { propagationPolicy: 'Background', gracePeriodSeconds: 0, labelSelector: 'no' };
    const list = { label_selector: 'a=b', field_selector: 'c', limit: 5 };
    expect(ownOf({ verb: 'list', requestURI })).toEqual({ request: list });
    const event = write('pods', options, { verb: 'deletecollection', requestURI });
    const told = { propagation_policy: 'Background', grace_period_seconds: 0 };
    expect(ownOf(event)).toMatchObject({ request: { ...told, field_selector: 'c', limit: 5 } });
  });

  it('of a name that the server makes', () => {
    const made = { responseObject: { kind: 'Pod', metadata: { name: 'job-x7k2p' } } };
    const event = write('pods', { metadata: { generateName: 'job-' } }, made);
    expect(ownOf(event)).toMatchObject({
      request: { generate_name: 'job-', generated_name: 'job-x7k2p' },
    });
    const named = write('pods', { metadata: { generateName: 'job-', name: 'a' } }, made);
    expect(ownOf(named)).not.toHaveProperty('request');
  });
});
