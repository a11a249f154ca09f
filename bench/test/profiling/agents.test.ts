import assert from 'node:assert/strict';
import { startChild, waitFor } from '@pareto/testkit';
import { openAgents, type Agent, type Agents, type Measured } from '../../profiling/agents.js';

/** Copies 1,000 bytes, and makes a promise and a tick, per millisecond. */
const work = `
  const source = Buffer.alloc(1000);
  setInterval(() => Buffer.concat([source]), 1);
  setInterval(() => Promise.resolve().then(() => process.nextTick(() => undefined)), 1);
`;
/** Does the same, also in a process that it starts with an empty environment. */
const program = `
  require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(work)}], { env: {} });
  ${work}
`;

describe('the agents of a profiled run', () => {
  let agents: Agents;
  let measured: readonly Agent[];
  let child: ReturnType<typeof startChild>;

  before(async () => {
    agents = await openAgents();
    child = startChild(process.execPath, ['-e', program], { env: agents.env });
    measured = await waitFor('both processes', () => {
      const running = [...agents.running().values()];
      return Promise.resolve(running.length === 2 ? running : undefined);
    });
  });
  after(async () => {
    for (const pid of agents.running().keys()) process.kill(pid, 'SIGKILL');
    await child.exited;
    await agents[Symbol.asyncDispose]();
  });

  const measure = async <K extends keyof Measured>(instrument: K) => {
    const stops = await Promise.all(measured.map((agent) => agent.start(instrument)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    return await Promise.all(stops.map((stop) => stop()));
  };

  it('count promises, ticks and copies, also in processes that those start', async () => {
    for (const { copies, copiedBytes, buffers, resources } of await measure('counts')) {
      assert.ok(copies > 0);
      assert.equal(copiedBytes, 1000 * copies);
      assert.equal(buffers, copies);
      assert.ok((resources['PROMISE'] ?? 0) > 0);
      assert.ok((resources['TickObject'] ?? 0) > 0);
    }
  });

  it('measure CPU time, heap and stacks', async () => {
    for (const { cpuUs, collections } of await measure('usage')) {
      assert.ok(cpuUs > 0);
      assert.ok(Array.isArray(collections));
    }
    for (const { profile } of await measure('cpu')) assert.ok(profile.nodes.length > 1);
    for (const { head } of await measure('allocations')) assert.equal(head.callFrame.functionName, '(root)');
  });

  it('report a process that ends while it is measured', async () => {
    const [first] = measured;
    const stop = await first?.start('usage');
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await assert.rejects(async () => await stop?.(), /ended while it was profiled/);
  });
});
