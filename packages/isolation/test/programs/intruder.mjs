// A hostile program in an isolated process. Tries to reach the targets on standard input, and prints which it reached.

import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';

const { parent, parentUser, parentIpc, secrets, readable, port, folders } = await json(process.stdin);

/** Returns the names of the targets for which `act` did not fail. */
const succeeded = (targets, act) =>
  targets.filter((target) => {
    try {
      return act(target) !== '';
    } catch {
      return false;
    }
  });

const isConnected = await new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
});
const read = (file) => readFileSync(file, 'latin1');
const status = read('/proc/self/status');
const field = (name) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)[1];
const report = {
  secrets: succeeded([...secrets, `/proc/${parent}/environ`, `/proc/${parent}/maps`], read),
  links: succeeded([`/proc/${parent}/root`, `/proc/${parent}/cwd`], readlinkSync),
  readable: succeeded(readable, read),
  written: succeeded(folders, (folder) => writeFileSync(`${folder}/written`, 'by the intruder')),
  environment: Object.keys(process.env),
  isConnected,
  noNewPrivileges: field('NoNewPrivs'),
  capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => Number(`0x${field(name)}`)),
  isServiceUser: process.getuid() === parentUser,
  seesParent: readdirSync('/proc').includes(String(parent)),
  sharesMemory: readlinkSync('/proc/self/ns/ipc') === parentIpc,
  limits: Object.fromEntries(
    Array.from(
      read('/proc/self/limits').matchAll(/^Max (file size|processes|open files) +(\S+)/gm),
      ([, name, soft]) => [name, soft],
    ),
  ),
};
process.stdout.write(JSON.stringify(report));
process.exit(0);
