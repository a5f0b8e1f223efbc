/**
 * Owns: this server's certificate: read, checked, and read again when it is renewed. Connections
 * that stand go on; the next ones get the new one.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls';
import { FatalError } from '../../errors/fault.ts';
import type { DoorTelemetry, Logger } from '../../ports/telemetry.ts';
import { type Contents, readAll, type WatchedFiles, watchFiles } from './watched-files.ts';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string | undefined;
}

export interface TlsMaterial {
  readonly context: SecureContextOptions;
  readonly contents: Contents;
  /** Whoever connects is asked for a certificate. */
  readonly asksClients: boolean;
}

const REMEDY =
  'give a PEM certificate chain, its own certificate first, and the private key that belongs to it';

function unusable(what: string, cause: unknown): FatalError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new FatalError(`${what}${why}; ${REMEDY}`, { code: 'invalid_config', cause });
}

/** Throws FatalError that names the file; never with anything of the key in it. */
function parseTls(files: TlsFiles, contents: Contents): SecureContextOptions {
  const cert = contents.get(files.certFile) ?? '';
  const key = contents.get(files.keyFile) ?? '';
  const ca = files.clientCaFile === undefined ? undefined : contents.get(files.clientCaFile);
  const step = <T>(what: string, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      throw unusable(what, error);
    }
  };
  const leaf = step(`http.tls.certFile (${files.certFile}) holds no certificate`, () => {
    return new X509Certificate(cert);
  });
  const secret = step(`http.tls.keyFile (${files.keyFile}) holds no private key`, () => {
    return createPrivateKey(key);
  });
  if (!leaf.checkPrivateKey(secret)) {
    const what = `http.tls.keyFile (${files.keyFile}) is not the key of http.tls.certFile`;
    throw unusable(`${what} (${files.certFile})`, undefined);
  }
  if (ca !== undefined) {
    const what = `http.tls.clientCaFile (${files.clientCaFile}) holds no certificate`;
    step(what, () => new X509Certificate(ca));
  }
  const context = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: 'TLSv1.2' as const,
  };
  step('http.tls can not be used', () => createSecureContext(context));
  return context;
}

function pathsOf({ certFile, clientCaFile, keyFile }: TlsFiles): readonly string[] {
  return [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])];
}

/** Throws FatalError('invalid_config') where it can't be read or used. */
export async function readTls(files: TlsFiles): Promise<TlsMaterial> {
  let contents: Contents;
  try {
    contents = await readAll(pathsOf(files));
  } catch (error) {
    throw unusable('http.tls names a file that can not be read', error);
  }
  const asksClients = files.clientCaFile !== undefined;
  return { context: parseTls(files, contents), contents, asksClients };
}

export interface FollowParts {
  readonly files: TlsFiles;
  readonly first: TlsMaterial;
  readonly logger: Logger;
  readonly door: DoorTelemetry;
  readonly intervalMs?: number;
}

/** Gives `server` each new certificate. */
export function followTls(
  server: Pick<Server, 'setSecureContext'>,
  parts: FollowParts,
): WatchedFiles {
  const { door, files, first, logger } = parts;
  door.reloaded('certificate', true);
  return watchFiles(
    first.contents,
    {
      paths: pathsOf(files),
      parse: (contents) => parseTls(files, contents),
      changed(context) {
        server.setSecureContext(context);
        logger.info({ certFile: files.certFile }, 'Certificate read again');
      },
      judged(isGood, error) {
        door.reloaded('certificate', isGood);
        if (isGood) logger.info({}, 'The files of http.tls can be used again');
        else {
          logger.error(
            { error: error instanceof Error ? error.message : String(error) },
            'The files of http.tls can not be used as they are now: the certificate from before goes on',
          );
        }
      },
    },
    parts.intervalMs,
  );
}
