// The rounds of a model at one load: all subjects in turns, with ONNX Runtime alone before and after each.

import { windowOf, type Cell, type Form } from './form.js';
import { measureWindow } from './measure-window.js';
import { slots, type Path } from './path.js';
import { keptPairs, subjectNames, type PairedWindow, type Round, type SubjectName } from './round.js';

/** Measures rounds until enough pairs are kept, or until there are no more extra rounds. */
export async function measureCell(path: Path, { inFlight }: Cell, form: Form): Promise<readonly Round[]> {
  const { pairs, extraRounds, rawMs } = form;
  const rounds: Round[] = [];
  let before = await measureRaw(path, inFlight, rawMs);
  while (rounds.length < pairs + extraRounds && keptPairs(rounds, form) < pairs) {
    const windows = new Map<SubjectName, PairedWindow>();
    for (const name of subjectNames) {
      const window = await measureWindow(path, path.subjects[name], { inFlight, ...windowOf(form, name) });
      const after = await measureRaw(path, inFlight, rawMs);
      const rawRate = { before: before.rate, after: after.rate };
      windows.set(name, { ...window, rawRate, rawRunMs: { before: before.runMs, after: after.runMs } });
      before = after;
    }
    rounds.push(Object.fromEntries(windows) as Round);
  }
  await path.checkReplicas();
  return rounds;
}

/** Runs ONNX Runtime alone in all processes, with its best batch. A single request in flight needs one of each. */
async function measureRaw({ raw, model }: Path, inFlight: number, forMs: number) {
  const [processes, batch] = inFlight === 1 ? [1, 1] : [slots, model.batch];
  const replies = await raw.run(processes, { batch, forMs, intervalMs: 0 });
  const rate = replies.reduce((sum, { itemsPerSecond }) => sum + itemsPerSecond, 0);
  return { rate, runMs: Math.max(...replies.map(({ runMs }) => runMs)) };
}
