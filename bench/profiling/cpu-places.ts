// Where processes spend their CPU time, with all threads and native code, sampled by perf.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startTracer } from './tracer.js';

const frequencyHz = 499;

/** Shares of the CPU time in percent, by place. */
export type CpuPlaces = Readonly<Record<string, number>>;

/** Samples all threads. Returns a function that stops it and resolves with the places. `file` keeps the samples. */
export async function sampleCpu(pids: readonly number[], file: string): Promise<() => Promise<CpuPlaces>> {
  const stop = await startTracer({
    ...{ program: 'perf', from: 'linux-perf' },
    args: ['record', '-F', String(frequencyHz), '-o', file, '-p', pids.join()],
  });
  return async () => {
    await stop();
    const args = ['report', '-i', file, '--stdio', '-g', 'none', '--no-children', '-F', 'overhead,dso,sym', '-t', ';'];
    const { stdout } = await promisify(execFile)('perf', args, { maxBuffer: 2 ** 26 });
    return sumPerf(stdout);
  };
}

/** Places by the file of the code and the name of its function. The first that fits counts. */
const places: readonly (readonly [place: string, file: RegExp, name: RegExp])[] = [
  ['kernel', /^\[kernel/, /./],
  ['ONNX Runtime', /onnxruntime/, /./],
  ['copying in memory', /./, /^_*mem(move|cpy|set)/],
  ['JavaScript', /^node$/, /^Builtins_/],
  ['JavaScript', /^(?!node$|.*\.so\b|.*\.node$)/, /./],
  ['compiling', /^node$/, /^v8::.*(compiler|maglev|baseline|interpreter)::|^std::.*v8::internal::(compiler|Zone)/],
  ['garbage collection', /^node$/, /^v8::.*(Scaveng|Mark|Sweep|Evacuat|Heap\b|GCTracer)/],
  ['the rest of V8', /^node$/, /^v8::/],
  ['HTTP/2', /^node$/, /^(nghttp2_|node::http2)/],
  ['allocator', /./, /malloc|free|calloc|realloc|operator (new|delete)/],
  ['the rest of Node', /./, /./],
];

/** Sums the lines `SHARE%;FILE;[.] FUNCTION` of `perf report` by place. */
export function sumPerf(report: string): CpuPlaces {
  const shares = new Map(places.map(([place]) => [place, 0]));
  for (const [, percent, file = '', name = ''] of report.matchAll(/^ *([\d.]+)% *;([^;]*);\[.\] ([^;\n]*)/gm)) {
    const fits = places.find(([, fileIs, nameIs]) => fileIs.test(file.trim()) && nameIs.test(name.trim()));
    if (fits !== undefined) shares.set(fits[0], (shares.get(fits[0]) ?? 0) + Number(percent));
  }
  return Object.fromEntries(shares);
}
