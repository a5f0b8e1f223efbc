/**
 * Owns: a key and self-signed certificate for a server on the loopback address, made with the
 * JDK's keytool. Does not own: what the servers do with them.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './java.ts';

export interface TlsMaterial {
  /** PKCS12 file: key and certificate. */
  readonly keystore: string;
  readonly keystorePassword: string;
  /** The certificate as PEM, for clients to trust. */
  readonly caFile: string;
  readonly ca: string;
}

/** Writes `server.p12` and `ca.pem` into `folder`; valid for 127.0.0.1 and localhost, a month. */
export async function makeTls(folder: string, javaHome: string): Promise<TlsMaterial> {
  const keytool = join(javaHome, 'bin', 'keytool');
  const keystore = join(folder, 'server.p12');
  const caFile = join(folder, 'ca.pem');
  const keystorePassword = randomBytes(18).toString('hex');
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-alias', 'server'];
  // The environment, not the command line: other users can list the latter.
  const env = { ...process.env, STORE_PASSWORD: keystorePassword };
  const password = ['-storepass:env', 'STORE_PASSWORD'];
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '31'];
  const names = ['-dname', 'CN=localhost', '-ext', 'san=ip:127.0.0.1,dns:localhost'];
  const extensions = ['-ext', 'bc=ca:true'];
  await runTool(keytool, ['-genkeypair', ...store, ...password, ...key, ...names, ...extensions], {
    env,
  });
  await runTool(keytool, ['-exportcert', '-rfc', '-file', caFile, ...store, ...password], { env });
  return { keystore, keystorePassword, caFile, ca: await readFile(caFile, 'utf8') };
}
