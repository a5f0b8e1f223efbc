/**
 * Owns: the files of a simulation.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { milli } from './moments.ts';
import type { SimulationOptions } from './options.ts';
import { type ClusterFiles, simulateCluster } from './simulate.ts';

function* lined(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  return pipeline(Readable.from(lined(lines)), createWriteStream(path));
}

function* fed({ files, posts }: ClusterFiles): Generator<string> {
  for (const { lines, source } of posts) {
    for (const line of lines) yield files[source][line - 1] ?? '';
  }
}

/** Where a cluster's files lie. */
export function folderOf(out: string, cluster: string, clusters: number): string {
  return clusters === 1 ? out : join(out, cluster);
}

function* truthLines(
  options: SimulationOptions,
  clusters: readonly ClusterFiles[],
): Generator<string> {
  yield JSON.stringify({ row: 'simulation', ...options });
  for (const { truth } of clusters) for (const row of truth) yield JSON.stringify(row);
}

function* postLines(clusters: readonly ClusterFiles[]): Generator<string> {
  const posts = clusters.flatMap((cluster) => cluster.posts);
  const ordered = clusters.length === 1 ? posts : posts.sort((a, b) => a.at - b.at);
  for (const post of ordered) {
    const path = `/v1/${post.source}/${post.cluster}`;
    yield JSON.stringify({
      at: milli(post.at),
      path,
      source: post.source,
      cluster: post.cluster,
      lines: post.lines,
    });
  }
}

export async function writeSimulation(
  out: string,
  options: SimulationOptions,
): Promise<readonly ClusterFiles[]> {
  await mkdir(out, { recursive: true });
  const clusters: ClusterFiles[] = [];
  for (let i = 0; i < options.clusters; i++) {
    const made = simulateCluster(i, options);
    clusters.push(made);
    const folder = folderOf(out, made.cluster, options.clusters);
    await mkdir(folder, { recursive: true });
    await writeLines(join(folder, 'audit.jsonl'), made.files.audit);
    await writeLines(join(folder, 'spo.jsonl'), made.files.spo);
    await writeLines(join(folder, 'falco.jsonl'), made.files.falco);
    await writeLines(join(folder, 'feed.jsonl'), fed(made));
  }
  await writeLines(join(out, 'truth.jsonl'), truthLines(options, clusters));
  await writeLines(join(out, 'posts.jsonl'), postLines(clusters));
  return clusters;
}
