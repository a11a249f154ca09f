import assert from 'node:assert/strict';
import { createLogger, type LogFormat } from '../src/index.js';

function logged(format: LogFormat, use: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  use(createLogger({ service: 'router', level: 'info', format, write: (line) => lines.push(line) }));
  return lines;
}

describe('logger', () => {
  it('writes one JSON object per line with a constant message and fields', () => {
    const [line, ...rest] = logged('json', (log) => log.with({ worker: 'w1' }).warn('worker gone', { missedMs: 1200 }));
    const { time, ...entry } = JSON.parse(line ?? '') as Record<string, unknown>;
    assert.match(String(time), /^\d{4}-/);
    assert.deepEqual(entry, { level: 'warn', service: 'router', worker: 'w1', missedMs: 1200, message: 'worker gone' });
    assert.deepEqual(rest, []);
  });

  it('omits lines below the level', () => {
    assert.deepEqual(
      logged('json', (log) => log.debug('detail')),
      [],
    );
  });

  it('blanks secrets', () => {
    const [line = ''] = logged('json', (log) =>
      log.info('started', { token: 'hunter2', config: { secret: 'hunter2' } }),
    );
    assert.doesNotMatch(line, /hunter2/);
  });

  it('keeps message, code and cause of an error', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    const [line = ''] = logged('json', (log) => log.error('failed', { error }));
    const entry = JSON.parse(line) as { error: { message: string; stack: string; cause: { message: string } } };
    assert.equal(entry.error.message, 'outer');
    assert.equal(entry.error.cause.message, 'inner');
    assert.match(entry.error.stack, /logger\.test/);
  });

  it('bounds the texts of an error', () => {
    const [line = ''] = logged('json', (log) => log.error('failed', { error: new Error('x'.repeat(100_000)) }));
    const { error } = JSON.parse(line) as { error: { message: string; stack: string } };
    assert.deepEqual([error.message.length, error.stack.length], [2_000, 8_000]);
  });

  it('writes human-readable lines', () => {
    const [line = ''] = logged('pretty', (log) =>
      log.info('listening', { port: 8001, note: 'two words', error: new Error('x') }),
    );
    assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} info {2}router listening port=8001 note="two words" error="x"\n$/);
  });
});
