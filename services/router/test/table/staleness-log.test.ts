import assert from 'node:assert/strict';
import { createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { startStalenessLog } from '../../src/table/staleness-log.js';

describe('the staleness log', () => {
  it('logs once that the table is stale, and once that it is fresh again', async () => {
    const clock = createManualClock();
    const lines: string[] = [];
    const write = (line: string): void => void lines.push((JSON.parse(line) as { message: string }).message);
    const logger = createLogger({ service: 'router', level: 'info', format: 'json', write });
    let age = 100;
    const options = { ageMs: () => age, staleAfterMs: 5_000, facts: () => ({ storeAgeMs: 0 }), clock, logger };
    using _log = startStalenessLog(options);
    await clock.advance(3_000);
    assert.deepEqual(lines, []);
    age = 6_000;
    await clock.advance(3_000);
    assert.deepEqual(lines, ['routing table is stale']);
    age = 900;
    await clock.advance(3_000);
    assert.deepEqual(lines, ['routing table is stale', 'routing table is fresh again']);
  });
});
