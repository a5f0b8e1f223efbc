/**
 * Owns: results on standard output, at the pace of whoever reads them.
 */
import { once } from 'node:events';

/** Resolves when standard output takes more. A reader that went away (`| head`) ends the process. */
export async function write(text: string | Buffer): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
