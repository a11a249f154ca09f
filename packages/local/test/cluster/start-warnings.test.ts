import assert from 'node:assert/strict';
import { createStartWarnings } from '../../src/cluster/start-warnings.js';

const line = (level: string, message: string, error?: string): string =>
  JSON.stringify({ level, message, ...(error === undefined ? {} : { error: { message: error } }) });

describe('warnings of a starting service', () => {
  it('are reported once in a row, until the service is ready', () => {
    const received: string[] = [];
    const warnings = createStartWarnings((name, warning) => void received.push(`${name} ${warning}`));
    const waiting = line('warn', 'waiting for etcd', 'nothing answers');
    for (const text of [line('info', 'started'), waiting, waiting, line('error', 'lost'), waiting]) {
      warnings.onLine('controller', text);
    }
    for (const text of ['no JSON', '{', '{}']) warnings.onLine('controller', text);
    warnings.end();
    warnings.onLine('controller', line('warn', 'later'));
    assert.deepEqual(received, [
      'controller waiting for etcd: nothing answers',
      'controller lost',
      'controller waiting for etcd: nothing answers',
    ]);
  });
});
