/**
 * Owns: Bento as a program: built once from the published module with the parts that the benches
 * need, kept in the cache folder.
 * Does not own: its configuration, and running it (collector/, normalizer/).
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = 'v1.8.2';
const BUILD_MS = 1_200_000;

const MAIN = `package main

import (
	"context"

	_ "github.com/warpstreamlabs/bento/public/components/io"
	_ "github.com/warpstreamlabs/bento/public/components/kafka"
	_ "github.com/warpstreamlabs/bento/public/components/pure"
	"github.com/warpstreamlabs/bento/public/service"
)

func main() { service.RunCLI(context.Background()) }
`;

const MODULE = `module bench

go 1.24

require github.com/warpstreamlabs/bento ${VERSION}
`;

export type Built = { readonly program: string } | { readonly missing: string };

/** Builds it if it is not there; takes minutes the first time. */
export async function buildBento(cacheDir: string): Promise<Built> {
  const folder = join(cacheDir, 'bench');
  const program = join(folder, `bento-${VERSION}`);
  if (existsSync(program)) return { program };
  await mkdir(folder, { recursive: true });
  const source = await mkdtemp(join(folder, 'build-'));
  try {
    await writeFile(join(source, 'main.go'), MAIN);
    await writeFile(join(source, 'go.mod'), MODULE);
    const made = join(source, 'bento');
    const options = { cwd: source, timeout: BUILD_MS };
    await promisify(execFile)('go', ['build', '-mod=mod', '-o', made, '.'], options);
    await rename(made, program);
    return { program };
  } catch (error) {
    const why = (error as { code?: unknown }).code === 'ENOENT' ? 'no Go here' : String(error);
    return { missing: `Bento can't be built: ${why}` };
  } finally {
    await rm(source, { recursive: true, force: true });
  }
}
