// Describes in words what was simulated.

import type { Fact } from '../html/lists.js';
import { formatCount, formatRate, formatTime, formatUsd } from '../html/number-formats.js';
import type { SimulationResult, SimulationScenario } from './simulation-result.js';

export function describeScenario(scenario: SimulationScenario, results: readonly SimulationResult[]): readonly Fact[] {
  const { durationMs, routers, faults, registry, fleet } = scenario;
  const [first] = results;
  const seeds = [...new Set(results.map(({ seed }) => seed))];
  const priceOf = (name: string): number => fleet.classes.find((each) => each.name === name)?.usdPerSlotHour ?? 0;
  return [
    ['Simulated time', formatTime(durationMs / 1000)],
    ...(first === undefined ? [] : [traffic(first)]),
    ['Registry', `${counted(registry.tasks.length, 'task')}, ${counted(registry.variants.length, 'variant')}`],
    ['Profiles', describeProfiles(scenario)],
    [
      'Workers',
      fleet.workers
        .map(
          ({ hardwareClass, count, slots }) =>
            `${formatCount(count)} × ${hardwareClass} (${counted(slots, 'slot')}, ${formatUsd(priceOf(hardwareClass))} per slot and hour)`,
        )
        .join('; '),
    ],
    ['Routers', String(routers)],
    ['Faults', faults.length === 0 ? 'none' : String(faults.length)],
    ['Seeds', seeds.join(', ')],
  ];
}

const traffic = ({ totals, simulatedMs }: SimulationResult): Fact => [
  'Queries',
  `${formatCount(totals.asked)}, ${formatRate((1000 * totals.asked) / simulatedMs)} in the mean`,
];

/** Returns the numbers of given and modelled profiles: `172 profiles: 120 given, 52 modelled`. */
export function describeProfiles({ registry }: SimulationScenario): string {
  const profiles = registry.variants.flatMap((variant) => variant.profiles);
  const modelled = profiles.filter((profile) => profile.modelled).length;
  const [all, given] = [counted(profiles.length, 'profile'), formatCount(profiles.length - modelled)];
  return `${all}: ${given} given, ${formatCount(modelled)} modelled`;
}

const counted = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
