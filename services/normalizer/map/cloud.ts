/**
 * Owns: `cloud.*` of an event that a managed cluster's cloud handed out, and what else the cloud's
 * wrapper says; claims, as everything of a wrapper is.
 */
import type { JsonObject } from '../read/leaf.ts';
import { compact, time } from './fields.ts';
import { beginning } from './ingest.ts';
import type { Around } from './mapped.ts';

const MAX_CHARS = 512;

/** What a wrapper told, as parts of a document. */
export interface CloudParts {
  readonly provider: string;
  readonly cloud: JsonObject;
  /** Of the cluster, in the cloud's own words. */
  readonly clusterId?: string | undefined;
  /** `kubernetes.audit.aks_metadata`, as Elastic's integration names it. */
  readonly aks?: JsonObject | undefined;
  /** `podwitness.cloud`: what ECS has no name for. */
  readonly own?: JsonObject | undefined;
}

export function short(value: string | undefined): string | undefined {
  return value === undefined ? undefined : beginning(value, MAX_CHARS);
}

/** CloudWatch: the account that owns the log group. */
function amazon({ envelope }: Around): CloudParts | undefined {
  const { logGroup, owner } = envelope.fields;
  if (logGroup === undefined || !logGroup.startsWith('/aws/eks/')) return undefined;
  const account = owner === undefined ? undefined : { id: short(owner) };
  return { provider: 'aws', cloud: { provider: 'aws', account } };
}

/** The segment behind `name` in a resource id, whose case differs from place to place. */
function segment(resourceId: string, name: string): string | undefined {
  const parts = resourceId.toLowerCase().split('/', 32);
  const at = parts.indexOf(name);
  return at < 0 ? undefined : short(parts[at + 1]);
}

/** `/subscriptions/…/resourcegroups/…/providers/microsoft.containerservice/managedclusters/…` */
function azure({ envelope }: Around): CloudParts | undefined {
  const { fields, via } = envelope;
  const { resourceId } = fields;
  if (resourceId === undefined || !via.includes('azure')) return undefined;
  const subscription = segment(resourceId, 'subscriptions');
  const group = segment(resourceId, 'resourcegroups');
  return {
    provider: 'azure',
    cloud: {
      provider: 'azure',
      account: subscription === undefined ? undefined : { id: subscription },
    },
    clusterId: short(resourceId),
    aks: compact({
      category: short(fields['category']),
      operation_name: short(fields['operationName']),
      resource_id: short(resourceId),
      service_build: short(fields['serviceBuild']),
      time: time(fields['time']),
      container_id: short(fields['container']),
      pod: short(fields['pod']),
      stream: short(fields['stream']),
    }),
    own: group === undefined ? undefined : { resource_group: group },
  };
}

/** Undefined for what no cloud's wrapper was around; most of what there is. */
export function cloudParts(around: Around): CloudParts | undefined {
  if (around.envelope.via.length === 0) return undefined;
  return amazon(around) ?? azure(around);
}
