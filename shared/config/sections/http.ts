/**
 * Owns: keys of the HTTP server that every worker has.
 */
import { z } from 'zod';
import { file, whole } from './values.ts';

const tls = z.strictObject({
  certFile: file()
    .optional()
    .describe(
      'PEM certificate chain of this server; its address is then https. Read again when it changes.',
    ),
  keyFile: file().optional().describe('PEM private key of the certificate.'),
  clientCaFile: file()
    .optional()
    .describe(
      'PEM certificates that sign senders’ certificates (mutual TLS); see collector.senders.',
    ),
});

export const http = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('The address on which the collector and the health and metrics endpoints listen.'),
  port: whole(0, 65_535)
    .default(8440)
    .describe('The port on which they listen; 0 takes any free one.'),
  allowPlainHttpBeyondLoopback: z
    .boolean()
    .default(false)
    .describe(
      'Listen without TLS on an address that other machines reach. Only behind something that ' +
        'ends TLS, or in a network that nobody else is on: audit events hold names and secrets.',
    ),
  maxConnections: whole(1, 65_535)
    .default(2048)
    .describe('Connections at one time; one more is closed at once, and its sender tries again.'),
  maxConnectionsPerAddress: whole(1, 65_535)
    .default(1024)
    .describe(
      'Connections at one time from one address; raise it to http.maxConnections where all senders ' +
        'come through one proxy.',
    ),
  tls: tls.prefault({}),
});
