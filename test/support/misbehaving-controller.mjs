// The controller's process with a solver that fails as the last argument says (see `misbehaving-solver.mjs`), or `works`. Its times are short.

import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

const fault = process.argv.pop();
const program = fileURLToPath(new URL('misbehaving-solver.mjs', import.meta.url));
const { spawn } = childProcess;
childProcess.spawn = (file, args, options) =>
  spawn(
    file,
    args.flatMap((arg) => (fault !== 'works' && arg.endsWith('solver-main.js') ? [program, fault] : [arg])),
    options,
  );
syncBuiltinESMExports();

const { controllerConfig, createController } = await import('../../services/controller/dist/index.js');
const { runService } = await import('@pareto/service');
const { createHurriedClock } = await import('@pareto/testkit');

/** The solver's process is killed 2 s after the time that a program may take, which is 60 s. */
const clock = createHurriedClock([62_000, 2_000]);

await runService({
  roles: ['controller'],
  config: controllerConfig,
  create: async (config, { controller }) => {
    // Both workers rejoin within this time, so that no plan is made for one of them.
    const options = { fleet: { rejoinMs: 1_500, firstJoinMs: 3_000 } };
    return (await createController(config, { ...controller, clock }, options)).runnables;
  },
});
