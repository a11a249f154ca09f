// `pareto restore`: registers what a backup has in a running cluster, or fills its store if that was emptied.

import { stat } from 'node:fs/promises';
import { bytes } from '@pareto/core';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { uploadOf } from '../../connection/local-file.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';

/** Time limit of a restore, which may take many writes. */
const restoreMs = 120_000;

export function addRestore(program: Command, context: Context): void {
  program
    .command('restore')
    .summary('register everything that a backup has')
    .description(
      'Registers the tasks, models, measurements and rules of a backup in a running cluster where nothing else is registered. A backup has no model files: those must be in the folder or bucket of the cluster. It also fills the etcd of a running cluster that was emptied. To fill a new store, start its controller with --restore instead.',
    )
    .argument('<file>', 'path of the backup')
    .addHelpText('after', '\nExample:\n  pareto restore pareto.backup')
    .action(async (file: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const { stop: signal } = context;
      const [{ readBackup }, { hashFile }] = await Promise.all([import('@pareto/state'), import('@pareto/blobs')]);
      await readBackup(file);
      const local = { path: file, digest: await hashFile(file), sizeBytes: bytes((await stat(file)).size) };
      const restored = await withController(options, (clients) =>
        repeat(async () => {
          await clients.upload(uploadOf(local, { signal, onProgress: () => undefined }));
          return clients.registry.restore({ digest: local.digest }, { signal, timeoutMs: restoreMs });
        }, repeatOptions(context)),
      );
      printResult(context, options, restored, () => formatRestored(file, restored));
    });
}

interface Restored {
  readonly tasks: number;
  readonly architectures: number;
  readonly missingFiles: number;
}

function formatRestored(file: string, { tasks, architectures, missingFiles }: Restored): string {
  const done = `restored ${counted(tasks, 'task')} and ${counted(architectures, 'model')} from ${file}`;
  if (missingFiles === 0) return done;
  const missing = `${counted(missingFiles, 'model file')} ${missingFiles === 1 ? 'is' : 'are'} missing from the cluster`;
  return `${done}\n${missing}: copy the blobs of the cluster that was backed up, or register these models again`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
