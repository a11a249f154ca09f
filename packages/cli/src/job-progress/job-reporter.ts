// Reports the steps that have finished since the last snapshot, one line per step. Summaries count the declined ones.

import { formatBytes, originalRecipe } from '@pareto/core';
import { p50At } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { formatAccuracy, formatMs, formatRatio } from '../terminal/format.js';
import type { Paint } from '../terminal/terminal.js';
import { isFinished, subjectOf } from './step-text.js';
import type { JobsSnapshot } from './wait-for-jobs.js';

export interface JobReporter {
  /** Returns a line for each done or failed step, or only for failed ones, that was not reported before. */
  newLines(snapshot: JobsSnapshot, options?: { readonly onlyFailures?: boolean }): readonly string[];
  /** Marks all finished steps as reported. */
  markReported(snapshot: JobsSnapshot): void;
}

export function createJobReporter(paint: Paint): JobReporter {
  let reported: ReadonlySet<string> = new Set();
  return {
    newLines(snapshot, { onlyFailures = false } = {}) {
      const finished = finishedSteps(snapshot).filter(({ step: { state } }) =>
        onlyFailures ? state === 'failed' : state !== 'declined',
      );
      const lines = new Map<string, string>();
      for (const { job, step, key } of finished) {
        const line = reported.has(key) ? undefined : stepLine(snapshot, job, step, paint);
        if (line !== undefined) lines.set(key, line);
      }
      // A step that is repeated is forgotten here, so that it is reported again when it finishes.
      reported = new Set(finished.map(({ key }) => key).filter((key) => reported.has(key) || lines.has(key)));
      return [...lines.values()];
    },
    markReported(snapshot) {
      reported = new Set(finishedSteps(snapshot).map(({ key }) => key));
    },
  };
}

interface FinishedStep {
  readonly job: wire.Job;
  readonly step: wire.JobStep;
  readonly key: string;
}

const finishedSteps = ({ jobs }: JobsSnapshot): readonly FinishedStep[] =>
  jobs.flatMap((job) =>
    job.steps.filter(isFinished).map((step) => {
      const { version } = job;
      return { job, step, key: [subjectOf(job, step), version, step.kind, step.hardwareClass, step.state].join(' ') };
    }),
  );

/** Returns the line for a finished step. Undefined while its result is not in the snapshot yet. */
function stepLine(snapshot: JobsSnapshot, job: wire.Job, step: wire.JobStep, paint: Paint): string | undefined {
  const subject = subjectOf(job, step);
  const on = step.kind === 'measure' && countClasses(snapshot) > 1 ? ` on ${step.hardwareClass}` : '';
  if (step.state === 'failed') return paint.red(`failed ${subject}${on}: ${step.detail}`);
  const result = step.kind === 'make' ? describeFile(snapshot, job, step) : describeMeasurement(snapshot, job, step);
  if (result === undefined) return snapshot.done ? `${verbs[step.kind] ?? step.kind} ${subject}${on}` : undefined;
  return `${verbs[step.kind] ?? step.kind} ${subject}${on}: ${result}`;
}

const verbs: Readonly<Record<string, string>> = { make: 'made', measure: 'measured' };

const countClasses = ({ jobs }: JobsSnapshot): number =>
  new Set(jobs.flatMap(({ steps }) => steps.flatMap(({ hardwareClass }) => hardwareClass || []))).size;

/** Returns e.g. `1.3 MiB, 0.25x, similarity 0.9998`. */
function describeFile(snapshot: JobsSnapshot, job: wire.Job, step: wire.JobStep): string | undefined {
  const isOf = ({ architecture, version }: { readonly architecture: string; readonly version: number }): boolean =>
    architecture === job.architecture && version === job.version;
  const outcome = snapshot.outcomes.find((one) => isOf(one) && one.recipe === step.recipe);
  if (!outcome?.manifest) return undefined;
  const size = outcome.manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const original = snapshot.variants.find((variant) => isOf(variant) && variant.recipe === originalRecipe);
  const ratio = original === undefined || original.sizeBytes === 0 ? [] : [formatRatio(size / original.sizeBytes)];
  return [formatBytes(size), ...ratio, `similarity ${formatSimilarity(outcome.similarity)}`].join(', ');
}

/** Rounds down, so that only identical outputs show 1. */
const formatSimilarity = (similarity: number): string =>
  similarity >= 1 ? '1' : (Math.floor(similarity * 1e4) / 1e4).toFixed(4);

/** Returns e.g. `98.72 % (98.10-99.12), 0.03 ms, 0.44x`, and why it does not answer for its task. */
function describeMeasurement({ variants }: JobsSnapshot, job: wire.Job, step: wire.JobStep): string | undefined {
  const isOf = ({ architecture, version }: wire.Variant): boolean =>
    architecture === job.architecture && version === job.version;
  const variant = variants.find((one) => isOf(one) && one.name === step.variant);
  const measurement = measuredOn(variant, step.hardwareClass);
  const time = measurement && firstMs(measurement);
  if (measurement === undefined || time === undefined) return undefined;
  const originals = variants.filter((one) => isOf(one) && one.recipe === originalRecipe && one !== variant);
  const [original] = originals.flatMap((one) => measuredOn(one, step.hardwareClass) ?? []);
  const originalMs = original && firstMs(original);
  const ratio = originalMs === undefined ? [] : [formatRatio(time / originalMs)];
  const { accuracy, disagreement } = measurement;
  return [formatAccuracy(accuracy), formatMs(time), ...ratio, ...(disagreement === '' ? [] : [disagreement])].join(
    ', ',
  );
}

const measuredOn = (variant: wire.Variant | undefined, hardwareClass: string): wire.Measurement | undefined =>
  variant?.measurements.find((measurement) => measurement.hardwareClass === hardwareClass);

/** Returns the median latency of a batch of one. Undefined if it is not measured. */
const firstMs = ({ profile }: wire.Measurement): number | undefined =>
  profile === null || profile.points.length === 0 ? undefined : p50At(profile, 1);
