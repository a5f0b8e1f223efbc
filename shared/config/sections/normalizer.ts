/**
 * Owns: keys of the normalizer: what is not wanted, what is taken out, what is added.
 */
import { z } from 'zod';
import { REQUEST_UID_KEYS } from '../../domain/session-marks.ts';
import { enrichment } from './enrichment.ts';
import { entryName, patterns, source, whole } from './values.ts';
import { redaction } from './redaction.ts';

const filter = z.strictObject({
  /** Stands in the metrics. */
  name: entryName(),
  sources: z.array(source()).min(1).optional(),
  clusters: patterns().optional(),
  namespaces: patterns().optional(),
  resources: patterns().optional(),
  verbs: patterns().optional(),
  users: patterns().optional(),
  keepPercent: z.number().min(0).max(100).default(0),
});

export const normalizer = z.strictObject({
  filters: z
    .array(filter)
    .default([])
    .describe(
      'What is not wanted: each has a `name` and any of `sources`, `clusters`, `namespaces`, ' +
        '`resources`, `verbs`, `users` (all that are given must match), and `keepPercent` of what ' +
        'matches is kept; of several filters the first that matches decides. A subresource stands behind ' +
        'its resource, as in `pods/log`. Counted per name. Records of a session always stay.',
    ),
  maxBodyKib: whole(1, 1024)
    .default(64)
    .describe(
      'Of a request’s or an answer’s body, so much JSON in KiB, about, goes into its document; of a ' +
        'larger one what it is and asks for first, of lists the names. `podwitness.body_cut` tells, ' +
        'and `audit.raw` has all of it.',
    ),
  requestUidFields: z
    .array(z.string().min(1))
    .default(['spo_request_uid', 'spo_request_uid_ancestor'])
    .describe(
      'Output fields of Falco that may hold SPO’s request UID, the surest first: what `append_output` ' +
        'names them, or falcosidekick’s `customfields`.',
    ),
  requestUidKeys: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/))
    .min(1)
    .default([...REQUEST_UID_KEYS])
    .describe(
      'Variables that may hold a request UID, the surest first: behind the webhook’s name in an ' +
        'annotation (`execmetadata.spo.io/SPO_EXEC_REQUEST_UID`), before the command that a runtime ' +
        'starts, and in commands that name it to hide. `KUBERNETES_EXEC_AUDIT_ID` (KEP-6035) stands for ' +
        'the auditID of an exec.',
    ),
  redaction: redaction.prefault({}),
  enrichment: enrichment.prefault({}),
});
