/**
 * Owns: keys of enrichment: which local data says more about clusters, addresses and people.
 */
import { z } from 'zod';
import { entryName } from './values.ts';

/** Read again when it changes; so its name does not end in File, whose content is read once. */
const path = () => z.string().min(1);

const list = z.strictObject({
  name: entryName(),
  path: path(),
});

export const enrichment = z.strictObject({
  inventoryPath: path()
    .optional()
    .describe('A YAML file of clusters and namespaces: environment, team, owner, criticality.'),
  networks: z
    .array(list)
    .default([])
    .describe('Lists of networks (one CIDR or address per line), each with a `name` and a `path`.'),
  threats: z
    .array(list)
    .default([])
    .describe('Lists of addresses that are known to be bad, each with a `name` and a `path`.'),
  geoPath: path().optional().describe('A MaxMind database (mmdb) of cities or countries.'),
  asnPath: path().optional().describe('A MaxMind database (mmdb) of autonomous systems.'),
  usersPath: path().optional().describe('A CSV file of people; its first line names the columns.'),
});
