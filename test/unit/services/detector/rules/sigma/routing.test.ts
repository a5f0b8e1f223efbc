import { describe, expect, it } from 'vitest';
import { routeOf } from '../../../../../../services/detector/rules/sigma/routing.ts';

describe('log sources', () => {
  it.each([
    [{ product: 'kubernetes', service: 'audit' }, ['audit']],
    [{ product: 'kubernetes', service: 'audit', category: 'application' }, ['audit']],
    [{ product: 'podwitness', category: 'command' }, ['audit', 'process', 'alert']],
    [{ product: 'linux', category: 'process_creation' }, ['process', 'alert']],
    [{ product: 'falco' }, ['alert']],
    [{ product: 'linux', service: 'auditd' }, []],
    [{ product: 'windows', category: 'process_creation' }, []],
    [{ product: 'kubernetes', service: 'kubelet' }, []],
    [{}, []],
  ])('%j: %j', (logsource, kinds) => {
    expect(routeOf(logsource).kinds).toEqual(kinds);
  });

  it.each([
    ['kubernetes', undefined],
    ['podwitness', 'command'],
    ['linux', 'process_creation'],
    ['falco', undefined],
  ])("%s/%s: names of ECS and the document's own", (product, category) => {
    const route = routeOf(category === undefined ? { product } : { product, category });
    expect(route.fieldOf('process.command_line')).toMatchObject({
      paths: [['process', 'command_line']],
    });
    expect(route.fieldOf('podwitness.request.container')).toMatchObject({
      paths: [['podwitness', 'request', 'container']],
    });
    expect(route.fieldOf('kubernetes.audit.requestObject.kind')).toMatchObject({
      paths: [
        ['podwitness', 'request_object', 'kind'],
        ['kubernetes', 'audit', 'requestObject', 'kind'],
      ],
    });
    expect(route.fieldOf('falco.output_fields.proc.name')).toMatchObject({
      paths: [['falco', 'output_fields', 'proc.name']],
    });
    expect(route.fieldOf('EventID')).toBeUndefined();
    expect(route.fieldOf('constructor')).toBeUndefined();
  });

  it("reads Sigma's names of processes", () => {
    const { fieldOf } = routeOf({ product: 'linux', category: 'process_creation' });
    expect(fieldOf('CommandLine')).toEqual(fieldOf('process.command_line'));
    expect(fieldOf('Image')).toEqual(fieldOf('process.executable'));
    expect(fieldOf('ParentImage')).toEqual(fieldOf('process.parent.executable'));
    expect(fieldOf('OriginalFileName')).toBeUndefined();
  });
});
