import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapeOf, workloadOf } from '../../../../../../services/detector/sessions/join/shape.ts';
import { alertFact, lineFact, POD } from './ran.ts';

function of(commandLine: string, pod = 'pay-0'): string {
  return shapeOf(lineFact({ commandLine, place: { ...POD, pod } }));
}

describe('the shape of a command', () => {
  it.each([
    ['curl localhost:8080/healthz?ts=123', 'curl localhost:8080/healthz?ts=99871 '],
    ['sh -c test -e /tmp/tmp.aB3xYz91', 'sh -c test -e /tmp/tmp.QQ7pLm02'],
    ['job 866ee807-6843-44d3-b0bf-68efa0296aa7', 'job de193172-188c-4596-a2a0-b64f75a1b8e4'],
    ['load deadbeef01', 'load 0badc0ffee'],
    ['sleep 5', 'sleep 10'],
    ['put 01HF7YAT00TTQ4WQ5XK7', 'put 01HF7YB111ABCDEFGHJK'],
    ['backup 12:30:45', 'backup 13:31:46'],
    ['cat /proc/17/status', 'cat /proc/4242/status'],
  ])('is that of %j and of %j', (a, b) => {
    expect(of(a)).toBe(of(b));
  });

  it.each([
    ['curl 10.0.0.1/x', 'curl 66.6.6.6/x'],
    ['curl localhost:8080/x', 'curl localhost:4444/x'],
    ['curl 10.0.0.1:80', 'curl 10.0.0.1:81'],
    ['curl http://a/x', 'curl http://b/x'],
    ['cat /etc/passwd', 'cat /etc/shadow'],
    ['ls', 'ls -l'],
    ['', 'ls'],
  ])('of %j is not that of %j', (a, b) => {
    expect(of(a)).not.toBe(of(b));
  });

  it('is the same in another pod that is named, and another in another container', () => {
    expect(of('nc -z pay-0.pay 80')).toBe(of('nc -z pay-1.pay 80', 'pay-1'));
    const sidecar = lineFact({ place: { ...POD, container: 'sidecar' } });
    expect(shapeOf(sidecar)).not.toBe(shapeOf(lineFact()));
  });

  it('is another for another caller, and for another rule', () => {
    expect(shapeOf(lineFact({ executable: '/bin/bash' }))).not.toBe(shapeOf(lineFact()));
    expect(shapeOf(alertFact({ rule: 'other' }))).not.toBe(shapeOf(alertFact()));
    expect(shapeOf(alertFact({ parentName: 'bash' }))).not.toBe(shapeOf(alertFact()));
    expect(shapeOf(alertFact({ timeMs: 1 }))).toBe(shapeOf(alertFact()));
  });

  it('is there for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, pod) => {
        expect(of(text, pod)).toMatch(/^[\w-]{12}$/);
      }),
    );
    const hostile = ['a1', '1.', '.', ':1', '-', 'f', '0f', 'tmp.'].map((s) => s.repeat(100_000));
    expect(hostile.map((text) => of(text, 'a')).length).toBe(hostile.length);
  });
});

describe('the workload of a pod', () => {
  it.each([
    ['pay-7c9f8d7b65-x2k9z', 'pay'],
    ['pay-6f7b9-x2k9z', 'pay-6f7b9'],
    ['pay-0', 'pay'],
    ['pay-12', 'pay'],
    ['node-exporter-x8k2z', 'node-exporter'],
    ['backup-29384756-q7wzn', 'backup'],
    ['backup-1700000000-q7wzn', 'backup'],
    ['kube-apiserver-cp-1', 'kube-apiserver-cp'],
    ['redis', 'redis'],
    ['my-queue', 'my-queue'],
    ['', ''],
  ])('of %j is %j', (pod, workload) => {
    expect(workloadOf('ns', pod)).toBe(`ns/${workload}`);
  });

  it.each([
    ['pay-7c9f8d7b65-x2k9z', 'Deployment/pay'],
    ['pay-7c9f8d7b65-x2k9z', 'ReplicaSet/pay-7c9f8d7b65'],
    ['pay-0', 'StatefulSet/pay'],
    ['pay-29384756-q7wzn', 'Job/pay-29384756'],
    ['pay-29384756-q7wzn', 'CronJob/pay'],
    ['anything', 'pay'],
  ])('of %j is the same before and after it is learnt to be %j', (pod, known) => {
    expect(workloadOf('ns', pod, known)).toBe('ns/pay');
    if (pod !== 'anything') expect(workloadOf('ns', pod)).toBe('ns/pay');
  });
});
