/**
 * Owns: keys of the store on Elasticsearch.
 */
import { z } from 'zod';
import { file, MINUTE_MS, whole } from './values.ts';

/** As Elastic defines a data stream's namespace: no dash, no capitals, no path characters. */
const NAMESPACE = /^[^-A-Z\\/*?"<>| ,#:]{1,100}$/;

function isHttpUrlWithoutCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '';
}

export const elasticsearch = z.strictObject({
  node: z
    .string()
    .refine(isHttpUrlWithoutCredentials)
    .optional()
    .describe(
      'URL of Elasticsearch 8, without credentials. Not set: the embedded store in `dataDir`.',
    ),
  namespace: z
    .string()
    .regex(NAMESPACE)
    .default('default')
    .describe('The last part of the data streams’ names.'),
  apiKeyFile: file().optional().describe('The file that holds an encoded API key.'),
  username: z.string().min(1).optional().describe('The name to log in with, instead of a key.'),
  passwordFile: file().optional().describe('The file that holds the password of `username`.'),
  caFile: file().optional().describe('PEM certificates that sign the node’s certificate.'),
  allowPlaintextCredentials: z
    .boolean()
    .default(false)
    .describe('Send credentials over plain HTTP to a node beyond this machine.'),
  requestTimeoutMs: whole(1000, 10 * MINUTE_MS)
    .default(30_000)
    .describe('How long one request may take.'),
  retentionDays: whole(1, 36_500)
    .optional()
    .describe(
      'After how many days from their rollover events and findings are deleted; `setup` gives it ' +
        'to the lifecycle policy. Not set: the policy is yours. Sessions are not deleted by it.',
    ),
  refreshIntervalSeconds: whole(1, 3600)
    .default(5)
    .describe(
      'How long a document may stay invisible to search; `setup` gives it to the templates.',
    ),
});
