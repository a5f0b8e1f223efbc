/**
 * Owns: keys of the schema registry beside Kafka.
 */
import { z } from 'zod';
import { file, MINUTE_MS, whole } from './values.ts';

function isHttpUrlWithoutCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { password, protocol, search, username } = new URL(text);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && username === '' && password === '' && search === '';
}

export const schemaRegistry = z.strictObject({
  url: z
    .string()
    .refine(isHttpUrlWithoutCredentials)
    .optional()
    .describe(
      'URL of a schema registry with Confluent’s API, without credentials: values are then written ' +
        'in Confluent’s wire format. Not set: Avro in single-object encoding. Both are read.',
    ),
  username: z
    .string()
    .min(1)
    .optional()
    .describe('The name, or the API key, to log in with (HTTP Basic).'),
  passwordFile: file()
    .optional()
    .describe('The file that holds the password, or the API secret, of `username`.'),
  tokenFile: file().optional().describe('The file that holds a bearer token, instead of a name.'),
  caFile: file().optional().describe('PEM certificates that sign the registry’s certificate.'),
  subjectNameStrategy: z
    .enum(['topic', 'record', 'topicRecord'])
    .default('topic')
    .describe(
      'How subjects are named: `<topic>-value`, the record’s full name, or `<topic>-<full name>`.',
    ),
  autoRegister: z
    .boolean()
    .default(false)
    .describe('Let workers register schemas that are missing, instead of `setup` alone.'),
  timeoutMs: whole(100, 10 * MINUTE_MS)
    .default(10_000)
    .describe('How long one request may take.'),
});
