// Builds the Explain and WhatIf responses.

import type { Candidate, Objective, TargetEntry } from '@pareto/core';
import { findVerdict, verdicts, type DecisionTrace, type Offer, type Selection, type WhatIf } from '@pareto/policy';
import { accuracyToWire, objectiveToWire, type Complete, type wire } from '@pareto/protocol';
import { objectiveText, reasonText } from '../refusals/refusal.js';
import type { DecisionRecord } from './decision-log.js';

export function describeDecision(record: DecisionRecord, decisionId: string): Complete<wire.ExplainResponseInput> {
  const { target, objective, trace, tableVersion } = record;
  const listed = describeCandidates(target, objective, trace);
  const chosen = target.candidates[record.chosen];
  const isChosen = ['chosen', 'degraded', 'late'].includes(record.outcome);
  return {
    decisionId,
    target: target.name,
    objective: objectiveToWire(objective),
    outcome: record.outcome,
    candidates: isChosen && chosen !== undefined ? putFirst(listed, chosen, 'chosen') : listed,
    verdicts: countsOf(trace),
    worker: record.worker ?? '',
    ageMs: record.ageMs,
    tableVersion: `${tableVersion.epoch}:${tableVersion.revision}`,
  };
}

export function describeWhatIf(
  result: WhatIf,
  target: TargetEntry,
  objective: Objective,
): Complete<wire.WhatIfResponseInput> {
  const { selection, nearest, trace } = result;
  const listed = describeCandidates(target, objective, trace);
  const isFeasible = selection.kind !== 'refused';
  return {
    feasible: isFeasible,
    warm: selection.kind === 'chosen',
    candidates: isFeasible ? putFirst(listed, selection.candidate, selection.kind) : listed,
    nearest: nearest === undefined ? null : objectiveToWire(nearest.objective),
    nearestBy: nearest === undefined ? null : describeOffer(nearest),
    reason: whatIfReason(selection, target, objective),
  };
}

function describeOffer({ candidate, objective, predictedMs, warm }: Offer): wire.CandidateInput {
  return describeCandidate(candidate, { verdict: warm ? 'eligible' : 'cold', predictedMs }, objective);
}

function whatIfReason(selection: Selection, target: TargetEntry, objective: Objective): string {
  if (selection.kind === 'refused') {
    return reasonText(selection.reason, { entry: target, items: 1, objective, elapsedMs: 0, soonest: undefined });
  }
  const meets = `${selection.candidate.variant} meets ${objectiveText(objective, target)}`;
  return selection.kind === 'chosen' ? meets : `${meets} after it is loaded`;
}

function describeCandidates(target: TargetEntry, objective: Objective, trace: DecisionTrace): wire.CandidateInput[] {
  return Array.from({ length: trace.size }, (_, rank) => {
    const verdict = verdicts[trace.verdictCodes[rank] ?? 0] ?? '';
    const predictedMs = trace.predictedMs[rank] ?? 0;
    const candidate = target.candidates[trace.indices[rank] ?? -1];
    if (candidate === undefined) return undefined;
    const detail = findVerdict(verdict)?.detail?.(candidate, target.rules) ?? '';
    return { ...describeCandidate(candidate, { verdict, predictedMs }, objective), detail };
  }).flatMap((candidate) => candidate ?? []);
}

/** Prediction and slack are 0 if the candidate was never measured. */
function describeCandidate(
  candidate: Candidate,
  { verdict, predictedMs }: { readonly verdict: string; readonly predictedMs: number },
  objective: Objective,
): Complete<wire.CandidateInput, 'detail'> {
  const isPredicted = predictedMs < Infinity;
  return {
    variant: candidate.variant,
    hardwareClass: candidate.hardwareClass,
    verdict,
    predictedMs: isPredicted ? predictedMs : 0,
    slackMs: isPredicted ? objective.latencyMs - predictedMs : 0,
    costPer_1k: candidate.costPer1k ?? 0,
    accuracy: accuracyToWire(candidate.accuracy),
    accuracyRank: candidate.accuracyRank ?? 0,
    replicasReady: candidate.replicas.length,
  };
}

function putFirst(
  listed: readonly wire.CandidateInput[],
  { variant, hardwareClass }: Candidate,
  verdict: string,
): wire.CandidateInput[] {
  const isFirst = (each: wire.CandidateInput): boolean =>
    each.variant === variant && each.hardwareClass === hardwareClass;
  return [...listed.filter(isFirst).map((each) => ({ ...each, verdict })), ...listed.filter((each) => !isFirst(each))];
}

function countsOf(trace: DecisionTrace): Record<string, number> {
  const counted = verdicts.map((verdict, i): [string, number] => [verdict, trace.counts[i] ?? 0]);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}
