/**
 * Owns: one server process and its end. Runs as a process of its own between the starter and the
 * server; when the starter is gone, however it died, its end of our input closes: the server's
 * process group is killed and the run folder removed.
 * Plain JavaScript because it must start in milliseconds and without a loader.
 * Does not own: what is started and when it is ready (supervised.ts).
 *
 * Input, one JSON value per line: first the order {command, args, cwd, env, logFile, folder, uid,
 * gid}; then {"signal": name} to signal the server's group, {"release": true} to leave the folder.
 * Output, one JSON value per line: {started: pid} | {failed: text}, then {exited: code or signal}.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const GROUP_POLL_MS = 20;
/** In a container without an init process a dead group may linger as zombies: don't wait for ever. */
const GROUP_WAIT_MS = 5_000;

let groupId;
let folder;
let ended = Promise.resolve();

// A dead starter must not end us before the server has ended.
process.stdout.on('error', () => undefined);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => void endOfStarter());

const input = createInterface({ input: process.stdin });
input.on('line', (line) => obey(JSON.parse(line)));
input.on('close', () => void endOfStarter());

function obey(message) {
  if (message.command !== undefined) start(message);
  else if (message.signal !== undefined) signalGroup(message.signal);
  else if (message.release === true) folder = undefined;
}

function start(order) {
  folder = order.folder;
  const log = openSync(order.logFile, 'a');
  const { command, args, cwd, env, uid, gid } = order;
  // Detached: a process group of its own, so that the server's children end with it.
  const options = { cwd, env, uid, gid, detached: true, stdio: ['ignore', log, log] };
  const server = spawn(command, args, options);
  closeSync(log);
  ended = new Promise((resolve) => {
    server.once('error', (error) => {
      report({ failed: error.message });
      resolve();
    });
    server.once('exit', async (code, signal) => {
      await endGroup();
      report({ exited: code ?? signal });
      resolve();
    });
  });
  groupId = server.pid;
  if (groupId !== undefined) report({ started: groupId });
}

async function endOfStarter() {
  signalGroup('SIGKILL');
  await ended;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  process.exit(0);
}

/** Kills what the server left behind in its group and waits until the group is empty. */
async function endGroup() {
  for (let waited = 0; waited < GROUP_WAIT_MS; waited += GROUP_POLL_MS) {
    if (!signalGroup('SIGKILL') || onlyZombies()) break;
    await pause(GROUP_POLL_MS);
  }
  // The number may be given to another group from now on.
  groupId = undefined;
}

/**
 * Whether the group's processes have all ended and merely wait for init to ask about them, which
 * takes seconds with some. Known on Linux only.
 */
function onlyZombies() {
  try {
    const states = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(groupAndState);
    return states.every(([group, state]) => group !== groupId || state === 'Z' || state === 'X');
  } catch {
    return false;
  }
}

/** /proc/PID/stat: number (name) state parent group …; the name may hold anything. */
function groupAndState(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [Number(group), state];
  } catch {
    // Ended since it was listed.
    return [undefined, 'X'];
  }
}

/** Returns false when there is nobody to signal. */
function signalGroup(signal) {
  if (groupId === undefined) return false;
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

function report(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
