/**
 * Owns: keys of enrichment: which local data says more about clusters, addresses and people.
 */
import { z } from 'zod';
import { clusterName, entryName } from './values.ts';

/** Read again when it changes; so its name does not end in File, whose content is read once. */
const path = () => z.string().min(1);

const list = z.strictObject({
  name: entryName(),
  path: path(),
});

/** Where a pod finds its own account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const apiServer = z.strictObject({
  cluster: clusterName(),
  url: z.string().regex(/^https:\/\/[^/?#]+\/?$/),
  tokenPath: path().default(`${ACCOUNT}/token`),
  caPath: path().default(`${ACCOUNT}/ca.crt`),
  resources: z
    .array(
      z.enum([
        ...(['pods', 'replicasets', 'jobs'] as const),
        ...(['rolebindings', 'clusterrolebindings', 'roles', 'clusterroles'] as const),
      ]),
    )
    .min(1)
    .default(['pods', 'replicasets', 'jobs']),
});

export const enrichment = z.strictObject({
  inventoryPath: path()
    .optional()
    .describe(
      'A YAML file that says of clusters and namespaces to whom they belong, and how much hangs on them ' +
        '(docs/enrichment.md). All files of this section are read again when they change.',
    ),
  networks: z
    .array(list)
    .default([])
    .describe(
      'Lists of networks, one CIDR or address per line, each with a `name` and a `path`: the names of ' +
        'all that hold the address of a request stand in `podwitness.source.networks`.',
    ),
  threats: z
    .array(list)
    .default([])
    .describe(
      'Lists of addresses that are known to be bad, each with a `name` and a `path`: the names stand in ' +
        '`podwitness.source.threat_lists`.',
    ),
  geoPath: path()
    .optional()
    .describe('A MaxMind database (mmdb) of cities or countries, of GeoLite2’s structure.'),
  asnPath: path().optional().describe('A MaxMind database (mmdb) of autonomous systems.'),
  kubernetes: z
    .array(apiServer)
    .default([])
    .describe(
      'API servers that may be asked (get, list, watch) for what is there already: each has the `cluster` ' +
        'that its audit log is sent under, its `url`, and may have a `tokenPath` and a `caPath` (those of a ' +
        'pod’s own account otherwise) and the `resources` to follow. See docs/inventory.md.',
    ),
  learn: z
    .boolean()
    .default(true)
    .describe(
      'Learn from the events themselves which workload, node, account and images a pod has, who was ' +
        'given which right and since when, and who had a token issued; and say so in later events.',
    ),
  learnMaxEntries: z
    .int()
    .min(1000)
    .default(500_000)
    .describe(
      'Most pods, workloads, bindings, roles and tokens that are remembered, about 1 KB each. Beyond, ' +
        'what is gone is forgotten first, then what was not heard of for longest.',
    ),
  usersPath: path()
    .optional()
    .describe('A CSV file of people by `username`; its first line names the columns.'),
});
