import assert from 'node:assert/strict';
import { sumPerf } from '../../profiling/cpu-places.js';

const report = `# To display the perf.data header info, please use --header/--header-only options.
# Overhead;Shared Object      ;Symbol
 30.00% ;node                ;[.] Builtins_LoadIC
 20.00% ;[JIT] tid 27398     ;[.] 0x00007f413b1ad580
 15.00% ;[kernel.kallsyms]   ;[k] tcp_sendmsg
 10.00% ;node                ;[.] v8::internal::Scavenger::Process
  8.00% ;node                ;[.] v8::internal::compiler::GraphReducer::Reduce
  5.00% ;libc.so.6           ;[.] __memmove_avx512_unaligned_erms
  4.00% ;libonnxruntime.so.1 ;[.] 0x000000000176d7a0
  3.00% ;node                ;[.] nghttp2_session_mem_recv2
  2.00% ;libc.so.6           ;[.] _int_malloc
  2.00% ;node                ;[.] uv__io_poll
  1.00% ;node                ;[.] v8::internal::JSObject::MigrateToMap
`;

describe('sumPerf', () => {
  it('finds the place of each function', () => {
    assert.deepEqual(sumPerf(report), {
      kernel: 15,
      'ONNX Runtime': 4,
      'copying in memory': 5,
      JavaScript: 50,
      compiling: 8,
      'garbage collection': 10,
      'the rest of V8': 1,
      'HTTP/2': 3,
      allocator: 2,
      'the rest of Node': 2,
    });
  });
});
