// Load before the first window, until the code of all processes is compiled.

import type { Form } from './form.js';
import { measureWindow } from './measure-window.js';
import type { Path } from './path.js';
import { subjectNames } from './round.js';

export async function warmUp(path: Path, { warmUpAnswers, maxWarmUpMs }: Form): Promise<void> {
  const windowMs = Math.min(2_000, maxWarmUpMs);
  for (const name of subjectNames) {
    let answers = 0;
    for (let spentMs = 0; spentMs < maxWarmUpMs && answers < warmUpAnswers; spentMs += windowMs) {
      const window = await measureWindow(path, path.subjects[name], { inFlight: 16, warmMs: 0, windowMs });
      answers += window.latenciesMs.length;
    }
  }
  if (path.model.isDynamic === true) await path.waitForBucket();
}
