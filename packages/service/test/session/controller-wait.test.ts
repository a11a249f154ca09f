import assert from 'node:assert/strict';
import { milliseconds, type Clock } from '@pareto/core';
import { createLogger } from '@pareto/telemetry';
import { createControllerWait } from '../../src/session/controller-wait.js';

describe('the wait for a controller', () => {
  it('is logged once, then every 30 s', () => {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
    const logger = createLogger({ service: 'worker', level: 'info', format: 'json', write });
    let now = 0;
    const clock = { now: () => milliseconds(now) } as Clock;
    const wait = createControllerWait(clock, logger);
    assert.equal(wait.problem, undefined);
    for (; now <= 65_000; now += 1_000) wait.failed('a:1', new Error('gone'));
    assert.deepEqual(
      lines.map(({ waitedMs }) => waitedMs),
      [0, 30_000, 60_000],
    );
    assert.equal(wait.problem, 'a:1: gone');
    wait.found('b:1');
    assert.equal(wait.problem, undefined);
    assert.deepEqual([lines[3]?.['message'], lines[3]?.['waitedMs']], ['controller connected', 66_000]);
    wait.failed('b:1', undefined);
    assert.equal(wait.problem, 'b:1 ended the stream');
    assert.equal(lines.length, 5);
  });
});
