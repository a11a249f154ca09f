// The `pareto` command line: every command, and how the program ends.

import { errorText, ParetoError } from '@pareto/core';
import { Command, CommanderError, Option } from 'commander';
import { addCerts } from './commands/certs.js';
import { addExplain, addWhatIf } from './commands/decisions.js';
import { addDelete } from './commands/delete.js';
import { addDrain, addWorkers } from './commands/fleet.js';
import { addFrontier } from './commands/frontier.js';
import { addInfer } from './commands/infer.js';
import { addInspect } from './commands/inspect.js';
import { addJobs, addProfile } from './commands/jobs.js';
import { addRegister } from './commands/register.js';
import { addDescribe, addList } from './commands/registry.js';
import { addDeny, addLift, addPin, addRules } from './commands/rules.js';
import { addTop } from './commands/top.js';
import { addUp } from './commands/up.js';
import type { Context } from './context.js';
import { addressesLike, addressLike, defaultController, defaultRouter } from './options.js';

const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const add = [
  addUp,
  addInspect,
  addRegister,
  addJobs,
  addList,
  addDescribe,
  addFrontier,
  addInfer,
  addExplain,
  addWhatIf,
  addPin,
  addDeny,
  addRules,
  addLift,
  addProfile,
  addDelete,
  addTop,
  addWorkers,
  addDrain,
  addCerts,
];

function createProgram(context: Context): Command {
  const program = new Command('pareto')
    .description('Managed, model-less inference serving: say what you need, Pareto picks what answers.')
    .addOption(
      new Option('--controller <host:port,...>', 'controllers to talk to, any or all of them')
        .argParser(addressesLike(defaultController))
        .default([defaultController], defaultController)
        .env('PARETO_CONTROLLER'),
    )
    .addOption(
      new Option('--router <host:port>', 'router to talk to')
        .argParser(addressLike(defaultRouter))
        .default(defaultRouter, defaultRouter)
        .env('PARETO_ROUTER'),
    )
    .addOption(
      new Option('--certs <folder>', "the operator's certificate, or all that `pareto certs init` made").env(
        'PARETO_CERTS',
      ),
    )
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage.\n\nExample:\n  pareto up')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.trimEnd()),
      writeErr: (text) => context.terminal.note(text.trimEnd()),
    });
  for (const addCommand of add) addCommand(program, context);
  return program;
}

/** Runs one command line; the result is the exit code. Failures are told on stderr in one line. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  try {
    await createProgram(context).parseAsync(argv, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (context.stop.aborted) return exitCodes.interrupted;
    context.terminal.note(`${context.terminal.progressPaint.red('pareto:')} ${describeFailure(error)}`);
    return exitCodes.failed;
  }
}

/** The message, and what a refusal offered instead (`pareto-...` trailers). */
export function describeFailure(error: unknown): string {
  if (!(error instanceof ParetoError)) return errorText(error);
  const { code, message } = error;
  // Many an other thing speaks gRPC, the other port of Pareto's among them.
  if (code === 'unimplemented') return `${message}: is what --controller and --router name a controller and a router?`;
  const offers = Object.entries(error.details).filter(([name]) => name.startsWith('pareto-'));
  return [message, ...offers.map(([name, value]) => `  ${name.slice('pareto-'.length)}: ${value}`)].join('\n');
}
