import assert from 'node:assert/strict';
import { createServer, type RpcServer } from '@pareto/rpc';
import { createTcpProxy, waitFor, type TcpProxy } from '@pareto/testkit';
import { createOtherRouters, type OtherRouters } from '../../src/decisions/other-routers.js';

describe('calls to other routers', () => {
  let server: RpcServer;
  let proxy: TcpProxy;
  let known: readonly string[];
  let others: OtherRouters;

  beforeEach(async () => {
    server = createServer();
    server.add('pareto.v1.Inference', { explain: async ({ decisionId }) => ({ decisionId }) });
    proxy = await createTcpProxy({ to: `127.0.0.1:${await server.listen('127.0.0.1', 0)}` });
    known = [proxy.address];
    others = createOtherRouters({ access: { channel: () => ({}) }, addresses: () => known });
  });
  afterEach(async () => {
    others[Symbol.dispose]();
    await proxy[Symbol.asyncDispose]();
    server.close();
  });
  const explain = async (id: string): Promise<string> =>
    (await others.explain(proxy.address, id, { timeoutMs: 5_000 })).decisionId;

  it('share one connection', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `r1.${i}`);
    assert.deepEqual(await Promise.all(ids.map(explain)), ids);
    for (const id of ids.slice(0, 10)) assert.equal(await explain(id), id);
    assert.equal(proxy.connections, 1);
  });

  it('close the connections to routers that left', async () => {
    await explain('r1.1');
    known = [];
    await assert.rejects(others.explain('127.0.0.1:1', 'r2.1', { timeoutMs: 1_000 }));
    await waitFor('the end of the connection', () => (proxy.connections === 0 ? true : undefined));
  });
});
