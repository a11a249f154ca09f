// Probes over real sockets of a process whose event loop is blocked, and of what is not alive.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { milliseconds, systemClock } from '@pareto/core';
import { createLogger } from '@pareto/telemetry';
import { createManualClock, freePorts, waitFor } from '@pareto/testkit';
import { answerProbes } from '../../src/liveness/answer-probes.js';
import { answerProbe, encodeProbe, readAnswer } from '../../src/liveness/datagrams.js';
import { startLivenessResponder, type ResponderOptions } from '../../src/liveness/liveness-responder.js';
import { createLivenessProbe } from '../../src/liveness/probe-liveness.js';
import { countTurns, createTurns, createTurnWatch } from '../../src/liveness/turns.js';

const probe = createLivenessProbe(systemClock);

/** Probes from another process while the event loop of this one is blocked. */
function probeWhileBlocked(port: number): string {
  const program = `
    import { systemClock } from '@pareto/core';
    import { createLivenessProbe } from '${new URL('../../dist/index.js', import.meta.url).href}';
    console.log(await createLivenessProbe(systemClock)('127.0.0.1:${port}'));`;
  const cwd = new URL('../..', import.meta.url);
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    ...{ cwd, encoding: 'utf8' },
  });
  return `${stdout}${stderr}`.trim();
}

describe('liveness probes', () => {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level: 'warn', format: 'json', write: (line) => lines.push(line) });
  let options: ResponderOptions;
  beforeEach(async () => {
    lines.length = 0;
    const [port = assert.fail()] = await freePorts(1);
    options = { host: '127.0.0.1', port, incarnation: 'first', clock: systemClock, logger };
  });

  it('are answered with the incarnation while the event loop is blocked', async function () {
    this.timeout(20_000);
    await using _responder = await startLivenessResponder(options);
    assert.equal(probeWhileBlocked(options.port), 'first');
  });

  it('are not answered after the end of the responder', async () => {
    const responder = await startLivenessResponder(options);
    assert.equal(await probe(`127.0.0.1:${options.port}`), 'first');
    await responder[Symbol.asyncDispose]();
    assert.equal(await probe(`127.0.0.1:${options.port}`), undefined);
  });

  it('are not answered by another process than the one that has the port, with a warning', async () => {
    await using _first = await startLivenessResponder(options);
    await using _second = await startLivenessResponder({ ...options, incarnation: 'second' });
    assert.match(lines.join(), /EADDRINUSE.*liveness probes are not answered/);
    assert.equal(await probe(`127.0.0.1:${options.port}`), 'first');
  });

  it('may come from port 0, to which no answer can be sent', async () => {
    const socket = createSocket('udp4').unref().bind(options.port, '127.0.0.1');
    await once(socket, 'listening');
    answerProbes(socket, 'first', { isBlocked: false });
    const from = { address: '127.0.0.1', family: 'IPv4', port: 0, size: 0 } as const;
    socket.emit('message', encodeProbe(Buffer.alloc(16)), from);
    assert.equal(await probe(`127.0.0.1:${options.port}`), 'first');
    socket.close();
  });

  it('are answered again after the end of the thread, which is restarted ever more rarely', async () => {
    const clock = createManualClock();
    const program = new URL(`data:text/javascript,
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage('bound');
      setTimeout(() => process.exit(7), 10);`);
    const responder = await startLivenessResponder({ ...options, program, clock });
    const ends = (count: number): Promise<true> =>
      waitFor(`end ${count} of the thread`, () => (lines.length >= count ? true : undefined));
    for (const [i, pauseMs] of [1_000, 2_000, 4_000].entries()) {
      await ends(i + 1);
      assert.match(lines[i] ?? '', new RegExp(`ended with code 7.*"restartMs":${pauseMs}\\b`));
      await clock.advance(pauseMs - 1);
      await systemClock.sleep(milliseconds(50));
      assert.equal(lines.length, i + 1, 'the pause is not over');
      await clock.advance(1);
    }
    await ends(4);
    await responder[Symbol.asyncDispose]();
    await clock.advance(100_000);
    await systemClock.sleep(milliseconds(50));
    assert.equal(lines.length, 4, 'a disposed responder starts no thread');
  });

  it('are not answered at an unknown host', async () => {
    assert.equal(await probe('no-such-host.invalid:1'), undefined);
  });
});

describe('the datagrams of a liveness probe', () => {
  const nonce = Buffer.alloc(16, 7);

  it('carry the incarnation back, only for the same nonce', () => {
    const answer = answerProbe(encodeProbe(nonce), 'i') ?? assert.fail();
    assert.equal(readAnswer(answer, nonce), 'i');
    assert.equal(readAnswer(answer, Buffer.alloc(16, 8)), undefined);
  });

  it('are never answered with more bytes', () => {
    const asked = encodeProbe(nonce);
    assert.ok((answerProbe(asked, 'x'.repeat(1_000))?.length ?? Infinity) <= asked.length);
    assert.equal(answerProbe(asked.subarray(1), 'i'), undefined);
    assert.equal(answerProbe(Buffer.alloc(asked.length), 'i'), undefined);
  });
});

describe('the turns of an event loop', () => {
  it('stop counting as alive once there was none for 30 s', async () => {
    const clock = createManualClock();
    const turns = createTurns();
    const watch = createTurnWatch(turns, clock);
    const counting = countTurns(turns, clock);
    const pass = async (seconds: number): Promise<boolean> => {
      for (let i = 0; i < seconds; i += 1) {
        await clock.advance(milliseconds(1_000));
        watch.check();
      }
      return watch.isBlocked;
    };
    assert.equal(await pass(40), false);
    counting[Symbol.dispose]();
    assert.equal(await pass(24), false);
    assert.equal(await pass(8), true);
    using _again = countTurns(turns, clock);
    assert.equal(await pass(1), false);
  });
});
