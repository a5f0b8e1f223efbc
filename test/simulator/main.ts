/**
 * Owns: `npm run simulate`: writes a simulation to a folder, and posts it where that is asked for.
 */
import { HELP, parseOptions } from './options.ts';
import { postAll } from './post.ts';
import { summaryOf } from './summary.ts';
import { writeSimulation } from './write.ts';

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const { options, out, speed, url } = parseOptions(args);
    const clusters = await writeSimulation(out, options);
    for (const cluster of clusters) say(summaryOf(cluster));
    if (url !== undefined) await postAll(clusters, { url, speed, say });
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 64;
  }
}

process.exitCode = await main(process.argv.slice(2));
