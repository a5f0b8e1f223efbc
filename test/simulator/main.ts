/**
 * Owns: `npm run simulate`: writes a simulation to a folder, and posts it where that is asked for;
 * `npm run simulate -- score`: compares what podwitness told of it with the truth.
 */
import { HELP, parseOptions } from './options.ts';
import { postAll } from './post.ts';
import { scoreFiles } from './score/files.ts';
import { summaryOf } from './summary.ts';
import { writeSimulation } from './write.ts';

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function judge(folder: string | undefined, files: readonly string[]): Promise<number> {
  if (folder === undefined || files.length === 0) {
    throw new Error('score needs the folder of a simulation and files of documents');
  }
  const { isMet, text } = await scoreFiles(folder, files);
  process.stdout.write(text);
  return isMet ? 0 : 1;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const [command, folder, ...files] = args;
    if (command === 'score') return await judge(folder, files);
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
