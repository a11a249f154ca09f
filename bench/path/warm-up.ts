// Load before the first window, until the code of all processes is compiled.

import type { Form } from './form.js';
import { measureWindow } from './measure-window.js';
import type { Path } from './path.js';
import { subjectNames } from './round.js';

export async function warmUp(path: Path, { warmUpMs }: Form): Promise<void> {
  for (const name of subjectNames)
    await measureWindow(path, path.subjects[name], { inFlight: 16, warmMs: 0, windowMs: warmUpMs });
  if (path.model.isDynamic === true) await path.waitForBucket();
}
