/**
 * Owns: finding the pipeline: through the local API of a running `up`, or by opening what the
 * configuration names.
 */
import {
  type Context,
  isLogEmbedded,
  isStoreEmbedded,
  openLog,
  openStore,
} from '../../../shared/runtime/context.ts';
import { findApi } from './client.ts';
import { type Pipeline, pipelineOn } from './pipeline.ts';
import { remotePipeline } from './remote.ts';

/** Opens what the configuration names, or the way to the process that has it open. */
export async function openPipeline(
  context: Context,
  needs: { readonly store: boolean },
): Promise<Pipeline> {
  const { config } = context;
  const isLocal = isLogEmbedded(config) || (needs.store && isStoreEmbedded(config));
  const api = isLocal ? await findApi(config.dataDir) : undefined;
  if (api !== undefined) return remotePipeline(api);
  const log = await openLog(context);
  const store = needs.store ? await openStore(context) : undefined;
  const parts = { log, topicPrefix: config.kafka.topicPrefix, logger: context.logger('cli') };
  return {
    ...pipelineOn({ ...parts, ...(store === undefined ? {} : { store }) }),
    async close() {
      await store?.close();
      await log.close();
    },
  };
}
