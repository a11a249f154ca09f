// A program in place of the solver's. The first argument says how it handles programs.

const faults = {
  hangs: () => {
    for (;;);
  },
  crashes: () => process.kill(process.pid, 'SIGKILL'),
  'returns NaN': ({ model }) => {
    const values = Float64Array.from({ length: model.numCols }, () => NaN);
    const outcome = { status: 'optimal', objective: NaN, bound: NaN, values, iterations: 1, cpuMs: 1 };
    process.send({ kind: 'solved', outcome, totalCpuMs: 1 });
  },
  'takes all memory': () => {
    for (const kept = []; ;) kept.push(Buffer.alloc(2 ** 26, 1));
  },
};

process.on('message', faults[process.argv[2]]);
process.send({ kind: 'ready' });
