import assert from 'node:assert/strict';
import { parseStrace } from '../../profiling/system-calls.js';

const table = `strace: Process 26918 attached with 11 threads
strace: Process 26918 detached
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 77.14    0.169204         203       832        34 futex
 21.50    0.047161          90       524           epoll_pwait
  0.06    0.000124           6        19         1 write
------ ----------- ----------- --------- --------- ----------------
100.00    0.216489         157      1375        35 total
`;

describe('parseStrace', () => {
  it('reads the number of calls, with and without errors', () => {
    assert.deepEqual(parseStrace(table), { futex: 832, epoll_pwait: 524, write: 19 });
  });

  it('returns nothing for a process that made no calls', () => {
    assert.deepEqual(parseStrace('strace: Process 26918 detached\n'), {});
  });
});
