/**
 * A process that writes a log as a kube-apiserver does under load, only faster: whole lines, rotated
 * by rename, packed a moment later (written beside the plain file, which then goes), the oldest
 * deleted at once. Prints how many lines it wrote.
 *
 * Arguments: folder, lines, bytes per file, files kept, milliseconds between bursts.
 */
import {
  closeSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const [folder = '', count = '0', fileBytes = '0', kept = '0', pauseMs = '0'] =
  process.argv.slice(2);
const LINES_AT_ONCE = 50;
const live = join(folder, 'audit.log');
const packing = new Set();
let rotations = 0;

async function pack(path) {
  const bytes = await promisify(gzip)(readFileSync(path));
  writeFileSync(`${path}.gz`, bytes.subarray(0, bytes.length / 2));
  await sleep(1);
  writeFileSync(`${path}.gz`, bytes);
  try {
    unlinkSync(path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error; // Deleted as the oldest meanwhile.
  }
}

function removeOldest() {
  const rotated = readdirSync(folder).filter((name) => name.startsWith('audit-'));
  const times = [...new Set(rotated.map((name) => name.slice(0, 29)))].sort();
  for (const time of times.slice(0, Math.max(0, times.length - Number(kept)))) {
    for (const name of rotated.filter((n) => n.startsWith(time))) {
      try {
        unlinkSync(join(folder, name));
      } catch (error) {
        if (error.code !== 'ENOENT') throw error; // Packed meanwhile, and goes next time.
      }
    }
  }
}

function rotate() {
  // The time makes the order; several within a millisecond are counted on.
  const time = new Date(Date.UTC(2026, 10, 21) + rotations++).toISOString();
  const path = join(folder, `audit-${time.slice(0, 23).replaceAll(':', '-')}.log`);
  renameSync(live, path);
  const done = pack(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error; // Deleted before it was packed.
  });
  packing.add(done);
  done.finally(() => packing.delete(done));
  removeOldest();
}

let file = openSync(live, 'a');
let bytes = 0;
for (let written = 0; written < Number(count); ) {
  for (let i = 0; i < LINES_AT_ONCE && written < Number(count); i++, written++) {
    const auditID = `00000000-0000-4000-8000-${String(written).padStart(12, '0')}`;
    const stageTimestamp = new Date(Date.UTC(2026, 10, 21) + written).toISOString();
    const event = {
      ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID },
      ...{ stage: 'ResponseComplete', requestURI: '/api', verb: 'get', stageTimestamp },
      ...{ requestReceivedTimestamp: stageTimestamp, user: { username: 'u' } },
      annotations: { pad: 'x'.repeat(200) },
    };
    const line = `${JSON.stringify(event)}\n`;
    writeSync(file, line);
    bytes += line.length;
    if (bytes >= Number(fileBytes)) {
      closeSync(file);
      rotate();
      file = openSync(live, 'a');
      bytes = 0;
    }
  }
  await sleep(Number(pauseMs));
}
closeSync(file);
await Promise.all(packing);
process.stdout.write(`${count} lines, ${rotations} rotations\n`);
