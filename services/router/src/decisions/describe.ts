// Decisions and what-ifs as clients read them.

import type { Candidate, Objective, TargetEntry } from '@pareto/core';
import { verdicts, type DecisionTrace, type WhatIf } from '@pareto/policy';
import { accuracyToWire, objectiveToWire, type wire } from '@pareto/rpc';
import { objectiveText } from '../query/refusal.js';
import type { DecisionRecord } from './decision-log.js';

export function describeDecision(record: DecisionRecord, decisionId: string): wire.ExplainResponseInput {
  const { target, objective, trace, tableVersion } = record;
  const listed = describeCandidates(target, objective, trace);
  const chosen = target.candidates[record.chosen];
  const isChosen = record.outcome === 'chosen' || record.outcome === 'degraded';
  return {
    decisionId,
    target: target.name,
    objective: objectiveToWire(objective),
    outcome: record.outcome,
    candidates: isChosen && chosen !== undefined ? chosenFirst(listed, chosen) : listed,
    verdicts: countsOf(trace),
    worker: record.worker ?? '',
    ageMs: record.ageMs,
    tableVersion: `${tableVersion.epoch}:${tableVersion.revision}`,
  };
}

export function describeWhatIf(answer: WhatIf, target: TargetEntry, objective: Objective): wire.WhatIfResponseInput {
  const { feasible, by, warm, nearest, trace } = answer;
  const listed = describeCandidates(target, objective, trace);
  const offered = nearest && describeCandidate(nearest.candidate, { verdict: 'eligible' }, nearest.objective);
  return {
    feasible,
    warm,
    candidates: by === undefined ? listed : chosenFirst(listed, by),
    nearest: nearest === undefined ? null : objectiveToWire(nearest.objective),
    nearestBy: offered ?? null,
    reason: whatIfReason(answer, target, objective),
  };
}

function whatIfReason({ by, warm }: WhatIf, target: TargetEntry, objective: Objective): string {
  const asked = objectiveText(objective);
  if (by === undefined) return `no variant of ${target.kind} '${target.name}' can meet ${asked}`;
  return `${by.variant} meets ${asked}${warm ? '' : ', once it is loaded'}`;
}

function describeCandidates(target: TargetEntry, objective: Objective, trace: DecisionTrace): wire.CandidateInput[] {
  return Array.from({ length: trace.size }, (_, rank) => {
    const verdict = verdicts[trace.verdictCodes[rank] ?? 0] ?? '';
    const predictedMs = trace.predictedMs[rank] ?? 0;
    const candidate = target.candidates[trace.places[rank] ?? -1];
    return candidate && describeCandidate(candidate, { verdict, predictedMs }, objective);
  }).flatMap((candidate) => candidate ?? []);
}

/** What was not predicted (nothing of it is loaded) is 0. */
function describeCandidate(
  candidate: Candidate,
  { verdict, predictedMs = Infinity }: { readonly verdict: string; readonly predictedMs?: number },
  objective: Objective,
): wire.CandidateInput {
  const isPredicted = predictedMs < Infinity;
  return {
    variant: candidate.variant,
    hardwareClass: candidate.hardwareClass,
    verdict,
    predictedMs: isPredicted ? predictedMs : 0,
    slackMs: isPredicted ? objective.latencyMs - predictedMs : 0,
    costPer_1k: candidate.costPer1k ?? 0,
    accuracy: accuracyToWire(candidate.accuracy),
    replicasReady: candidate.replicas.length,
  };
}

function chosenFirst(listed: readonly wire.CandidateInput[], chosen: Candidate): wire.CandidateInput[] {
  const isChosen = (each: wire.CandidateInput): boolean =>
    each.variant === chosen.variant && each.hardwareClass === chosen.hardwareClass;
  const own = listed.filter(isChosen).map((each) => ({ ...each, verdict: 'chosen' }));
  return [...own, ...listed.filter((each) => !isChosen(each))];
}

function countsOf(trace: DecisionTrace): Record<string, number> {
  const counted = verdicts.map((verdict, i): [string, number] => [verdict, trace.counts[i] ?? 0]);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}
