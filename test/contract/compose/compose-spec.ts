/**
 * Owns: the part of the Compose specification that docker-compose.yml uses, strictly: a key that is
 * not here is a mistake, or has to be added here with its type.
 * Source: compose-spec/compose-spec, 05-services.md, 07-volumes.md.
 */
import { z } from 'zod';

const duration = z.string().regex(/^(\d+(ms|s|m|h))+$/);
/** Values must be text: YAML would turn true into a boolean and 010 into a number. */
const environment = z.record(z.string(), z.string());
const healthcheck = z.union([
  z.strictObject({ disable: z.literal(true) }),
  z.strictObject({
    test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()),
    interval: duration,
    timeout: duration,
    retries: z.int().positive(),
    start_period: duration,
  }),
]);

const service = z.strictObject({
  image: z.string().regex(/^[a-z0-9./-]+:[A-Za-z0-9._-]+$/, 'needs a tag'),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).min(1).optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  environment: environment.optional(),
  volumes: z.array(z.string().regex(/^[a-z][a-z0-9-]*:\/[^:]+(:ro)?$/)).optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, 'published on 127.0.0.1')).optional(),
  healthcheck: healthcheck.optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({
        condition: z.enum(['service_healthy', 'service_completed_successfully', 'service_started']),
      }),
    )
    .optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  tmpfs: z.array(z.string().startsWith('/')).optional(),
  stop_grace_period: duration.optional(),
});

/** Keys that begin with x- are free; the file keeps its anchors there. */
export const composeFile = z
  .object({
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
    services: z.record(z.string(), service),
    volumes: z.record(z.string(), z.null()),
  })
  .catchall(z.unknown())
  .superRefine((file, context) => {
    const known = ['name', 'services', 'volumes'];
    for (const key of Object.keys(file).filter((k) => !known.includes(k) && !k.startsWith('x-'))) {
      context.addIssue({ code: 'custom', message: `unknown top-level key ${key}` });
    }
  });

export type ComposeFile = z.infer<typeof composeFile>;
