import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Traffic } from '../../src/limits/traffic.js';

const socket = (bytesRead: number, bytesWritten: number) =>
  Object.assign(new EventEmitter(), { bytesRead, bytesWritten });

describe('the traffic of a process', () => {
  it('is counted by transport, from one look to the next', () => {
    const traffic = new Traffic();
    const [first, second, other] = [socket(10, 20), socket(1, 2), socket(5, 6)];
    traffic.watch('frames', first);
    traffic.watch('frames', second);
    traffic.watch('http', other);
    assert.deepEqual(
      [...traffic.take()],
      [
        ['frames', { connections: 2, receivedBytes: 11, sentBytes: 22 }],
        ['http', { connections: 1, receivedBytes: 5, sentBytes: 6 }],
      ],
    );
    first.bytesRead = 110;
    first.emit('close');
    assert.deepEqual(traffic.take().get('frames'), { connections: 1, receivedBytes: 100, sentBytes: 0 });
    second.emit('close');
    assert.deepEqual(traffic.take().get('frames'), { connections: 0, receivedBytes: 0, sentBytes: 0 });
  });
});
