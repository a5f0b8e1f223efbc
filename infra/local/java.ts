/**
 * Owns: finding the Java and Maven of this machine and running their tools to completion.
 * Does not own: long-running servers (supervised.ts) and what is downloaded (downloads.ts).
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** Kafka 4 needs 17; Elasticsearch 8.6 needs the security manager, which Java 24 removed. */
const OLDEST_JAVA = 17;
const NEWEST_JAVA = 23;
const TOOL_TIMEOUT_MS = 120_000;

export interface JavaHome {
  readonly home: string;
  readonly majorVersion: number;
}

export interface ToolRun {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs a program to its end. Throws with the last lines of its output when it fails. */
export function runTool(
  command: string,
  args: readonly string[],
  options: ToolRun = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { stdin, timeoutMs = TOOL_TIMEOUT_MS, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      { ...rest, timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ stdout, stderr });
        const tail = `${stdout}\n${stderr}`.trim().split('\n').slice(-25).join('\n');
        reject(
          new Error(`${command} failed (${error.code ?? error.signal}):\n${tail}`, {
            cause: error,
          }),
        );
      },
    );
    // A program that ends without reading its input closes the pipe; its exit code is what counts.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin ?? '');
  });
}

/** Reads `java.home` and the major version out of what `java -XshowSettings:properties` prints. */
export function parseJavaSettings(settings: string): JavaHome | undefined {
  const home = /^\s*java\.home = (.+)$/m.exec(settings)?.[1]?.trim();
  const version = /^\s*java\.specification\.version = (?:1\.)?(\d+)/m.exec(settings)?.[1];
  return home === undefined || version === undefined
    ? undefined
    : { home, majorVersion: Number(version) };
}

/**
 * The Java that runs the servers: `javaHome` when given, else `java` on the path.
 * Returns a sentence saying why there is none otherwise.
 */
export async function findJava(
  javaHome?: string,
): Promise<
  { readonly ok: true; readonly java: JavaHome } | { readonly ok: false; reason: string }
> {
  const command = javaHome === undefined ? 'java' : join(javaHome, 'bin', 'java');
  let settings: string;
  try {
    settings = (await runTool(command, ['-XshowSettings:properties', '-version'])).stderr;
  } catch {
    return { ok: false, reason: `no JDK: ${command} does not run` };
  }
  const java = parseJavaSettings(settings);
  if (java === undefined) return { ok: false, reason: `${command} does not say what it is` };
  if (java.majorVersion < OLDEST_JAVA || java.majorVersion > NEWEST_JAVA) {
    const range = `Java ${OLDEST_JAVA} to ${NEWEST_JAVA} is needed`;
    return { ok: false, reason: `${range}, ${command} is ${java.majorVersion}` };
  }
  try {
    await runTool(join(java.home, 'bin', 'keytool'), ['-help']);
  } catch {
    return { ok: false, reason: `no keytool in ${java.home}` };
  }
  return { ok: true, java };
}

export async function hasMaven(): Promise<boolean> {
  try {
    await runTool('mvn', ['--version']);
    return true;
  } catch {
    return false;
  }
}
