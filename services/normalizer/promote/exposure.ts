/**
 * Owns: `podwitness.exposure` of what is written: how something comes to be reached from outside of
 * the cluster. Ports of the host in pods come from pod-spec.ts.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { compact, object, objects } from '../map/fields.ts';
import { listed, listedNumbers, note, noteAll, noteNumber, short } from './lists.ts';
import type { Written } from './written.ts';

function specsOf({ parts }: Written): readonly JsonObject[] {
  return parts.map((part) => object(part['spec'])).filter((spec) => spec !== undefined);
}

function firstOf(specs: readonly JsonObject[], name: string): string | undefined {
  for (const spec of specs) if (short(spec[name]) !== undefined) return short(spec[name]);
  return undefined;
}

function serviceOf(written: Written): JsonObject | undefined {
  const specs = specsOf(written);
  const [ports, nodePorts] = [new Set<number>(), new Set<number>()];
  const [external, ranges] = [new Set<string>(), new Set<string>()];
  for (const spec of specs) {
    noteAll(external, spec['externalIPs']);
    noteAll(ranges, spec['loadBalancerSourceRanges']);
    for (const port of objects(spec['ports'])) {
      noteNumber(ports, port['port']);
      noteNumber(nodePorts, port['nodePort']);
    }
  }
  return compact({
    type: firstOf(specs, 'type'),
    ports: listedNumbers(ports),
    node_ports: listedNumbers(nodePorts),
    external_ips: listed(external),
    external_name: firstOf(specs, 'externalName'),
    source_ranges: listed(ranges),
  });
}

function ingressOf(written: Written): JsonObject | undefined {
  const hosts = new Set<string>();
  let hasTls: boolean | undefined;
  for (const spec of specsOf(written)) {
    for (const rule of objects(spec['rules'])) note(hosts, rule['host']);
    const tls = objects(spec['tls']);
    for (const entry of tls) noteAll(hosts, entry['hosts']);
    if (tls.length > 0) hasTls = true;
  }
  // A whole ingress without is one without; a patch says nothing of what it does not hold.
  const tls = written.isPatch ? hasTls : (hasTls ?? false);
  return compact({ hosts: listed(hosts), tls });
}

/** `hostnames` of routes, `listeners` of gateways (gateway.networking.k8s.io). */
function gatewayOf(written: Written): JsonObject | undefined {
  const hosts = new Set<string>();
  const ports = new Set<number>();
  for (const spec of specsOf(written)) {
    noteAll(hosts, spec['hostnames']);
    for (const listener of objects(spec['listeners'])) {
      note(hosts, listener['hostname']);
      noteNumber(ports, listener['port']);
    }
  }
  return compact({ hosts: listed(hosts), ports: listedNumbers(ports) });
}

/** A route of OpenShift. */
function routeOf(written: Written): JsonObject | undefined {
  const hosts = new Set<string>();
  let tls: boolean | undefined = written.isPatch ? undefined : false;
  for (const spec of specsOf(written)) {
    note(hosts, spec['host']);
    if (object(spec['tls']) !== undefined) tls = true;
  }
  return compact({ hosts: listed(hosts), tls });
}

const OF: ReadonlyMap<unknown, (written: Written) => JsonObject | undefined> = new Map([
  ['services', serviceOf],
  ['ingresses', ingressOf],
  ['gateways', gatewayOf],
  ['httproutes', gatewayOf],
  ['grpcroutes', gatewayOf],
  ['tlsroutes', gatewayOf],
  ['routes', routeOf],
]);

/** Undefined: nothing that could be reached. */
export function exposureOf(written: Written): JsonObject | undefined {
  if (written.parts.length === 0) return undefined;
  return OF.get(written.ref['resource'])?.(written);
}
