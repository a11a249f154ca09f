import assert from 'node:assert/strict';
import type { StoreMember } from '@pareto/state';
import { createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createStoreMembers } from '../../src/storage/store-members.js';

describe('the members of etcd', () => {
  it('are listed as they were checked last, and logged when one is lost or back', async () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push((JSON.parse(line) as { message: string }).message);
    const logger = createLogger({ service: 'test', level: 'info', format: 'json', write });
    const clock = createManualClock();
    let problem: string | undefined;
    const checkMembers = async (): Promise<readonly StoreMember[]> => [
      { address: 'a:1', problem: undefined },
      { address: 'b:1', problem },
    ];
    const members = createStoreMembers({ store: { checkMembers }, clock, logger });
    const stop = new AbortController();
    const running = members.run(stop.signal);
    const problems = async (ms: number): Promise<readonly unknown[]> => {
      await clock.advance(ms);
      return members.list().map((member) => member.problem);
    };
    assert.deepEqual(await problems(1), [undefined, undefined]);
    problem = 'no connection';
    assert.deepEqual(await problems(5_000), [undefined, 'no connection']);
    await problems(5_000);
    problem = undefined;
    assert.deepEqual(await problems(5_000), [undefined, undefined]);
    assert.deepEqual(lines, ['member of etcd lost', 'member of etcd is back']);
    stop.abort();
    await running;
  });
});
