import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'mocha';
import { freePorts } from '../src/free-ports.js';

describe('freePorts', () => {
  it('never returns a port twice, whether or not it is in use', async () => {
    const ports = [
      ...(await freePorts(300)),
      ...(await freePorts(100, 3)).flatMap((port) => [port, port + 1, port + 2]),
    ];
    assert.equal(new Set(ports).size, 600);
  });

  it('returns ports that a server may listen on', async () => {
    const [port] = await freePorts(1);
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => server.close(resolve));
  });
});
