// Builds jobs and steps for tests.

import type { wire } from '@pareto/protocol';
import { cpu } from './fake-description.js';

export const fakeJob = (
  architecture: string,
  steps: readonly wire.JobStep[],
  { version = 1, done = false }: { readonly version?: number; readonly done?: boolean } = {},
): wire.Job => ({ architecture, version, task: 'digits', steps: [...steps], done });

export const fakeStep = (kind: 'make' | 'measure', state: string, more: Partial<wire.JobStep>): wire.JobStep => ({
  ...{ kind, state, recipe: '', variant: '', detail: '', worker: '' },
  hardwareClass: kind === 'measure' ? cpu : '',
  ...more,
});
