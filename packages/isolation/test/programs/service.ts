// A service with secrets, for the tests: starts intruders as isolated processes, and prints their reports. Its argument
// is a folder.

import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { openIsolation } from '../../src/index.js';

process.umask(0o077);
const [folder = ''] = process.argv.slice(2);
const at = (name: string): string => `${folder}/${name}`;
const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
using isolation = await openIsolation({
  folders: [at('cache')],
  libraries: [at('drivers/driver.json')],
  secrets: [at('token'), at('certs')],
  firstUserId: 60_800,
  onShared: () => undefined,
});
const script = fileURLToPath(new URL('intruder.mjs', import.meta.url));

async function intrude(granted: string): Promise<unknown> {
  const intruder = isolation.start({ script, nodeFlags: [], stdio: ['pipe', 'pipe', 'inherit'] });
  const { child } = intruder;
  await intruder.grantFolder(at(granted));
  const targets = {
    parent: process.pid,
    parentUser: process.getuid?.(),
    parentIpc: readlinkSync('/proc/self/ns/ipc'),
    port,
    secrets: [at('token'), at('certs/tls.key'), at('home/key')],
    readable: [at('cache/model.onnx'), at('drivers/driver.json')],
    folders: [folder, at('cache'), at('cache/one'), at('cache/two')],
  };
  child.stdin?.end(JSON.stringify(targets));
  if (child.stdout === null) throw new Error('the process has no output');
  return json(child.stdout);
}

const reports = [await intrude('cache/one'), await intrude('cache/two')];
process.stdout.write(JSON.stringify({ missing: isolation.missing, reports, umask: process.umask(0) }));
process.exit(0);
