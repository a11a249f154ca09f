// Findings about the processes of the cluster: controllers, routers and workers. Pure.

import { describeLoss, formatBytes } from '@pareto/core';
import { defaultFleetParams } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { count, formatSpan } from '../../terminal/format.js';
import { describeRouter } from '../../dashboard/format-dashboard.js';
import { logOf, type ClusterStatus, type Finding } from './finding.js';

/** Returns whether the leader may still wait for workers and routers. An older controller does not send `leadingMs`. */
export const isNewLeader = ({ leadingMs }: wire.OverviewResponse): boolean =>
  leadingMs > 0 && leadingMs < defaultFleetParams.firstJoinMs;

export function controllerFindings({ overview, localLogs }: ClusterStatus): readonly Finding[] {
  const { leader, controllers, notices, storeAgeMs, leadingMs, storeLoss } = overview;
  if (storeLoss !== '') return [lossFinding(overview), ...memberFindings(overview), ...notices.map(noticeFinding)];
  const about = 'controller';
  const standbys = new Set(controllers.filter((address) => address !== leader)).size;
  const standbyText = standbys === 0 ? '' : `, ${count(standbys, 'other')} on standby`;
  const lead: Finding =
    leader === ''
      ? {
          level: 'bad',
          about,
          text: 'no controller leads',
          advice: `another should lead within seconds, and queries are answered meanwhile; if none does, see ${logOf('controller', { localLogs })}`,
        }
      : {
          level: 'good',
          about,
          text: `${leader} ${isNewLeader(overview) ? `has led for ${formatSpan(leadingMs)}` : 'leads'}${standbyText}; store responded ${(storeAgeMs / 1000).toFixed(1)} s ago`,
        };
  return [lead, ...memberFindings(overview), ...notices.map(noticeFinding)];
}

const memberFindings = ({ storeMembers }: wire.OverviewResponse): readonly Finding[] =>
  storeMembers
    .filter(({ problem }) => problem !== '')
    .map(({ address, problem }) => ({
      ...{ level: 'bad', about: 'etcd', text: `${address} is lost: ${problem}` },
      advice: `restart the member: ${count(storeMembers.length, 'member')} in all, of which more than half must run`,
    }));

const noticeFinding = (text: string): Finding => ({ level: 'warning', about: 'notice', text });

function lossFinding({ storeLoss: loss, leader }: wire.OverviewResponse): Finding {
  const restore =
    loss === 'older' ? 'delete its keys and restore a backup' : "restore a backup ('pareto restore FILE')";
  return {
    ...{ level: 'bad', about: 'store' },
    text: `${describeLoss(loss)}: ${leader === '' ? 'nothing can be registered or placed' : 'nothing is registered in it'}, and queries continue with the last table`,
    advice: `put its data back, or ${restore}, or restart a controller with --accept-empty-store to use the store as it is`,
  };
}

export function routerFindings({ overview, routers, router, routerAddress }: ClusterStatus): readonly Finding[] {
  const about = 'router';
  const ofStandby = routers.filter(({ controller }) => controller !== overview.leader).length;
  const standby =
    overview.leader === '' || ofStandby === 0 ? '' : `, ${ofStandby} with the table of a standby controller`;
  // While routers reconnect to another leader, no controller knows them.
  const known = routers.length === 0 ? '' : `${count(routers.length, 'router')}${standby}; `;
  if (router.kind === 'serves') return [{ level: 'good', about, text: `${known}${routerAddress} is ready` }];
  const advice = routers.map(({ address }) => address).join(' or ');
  return [
    {
      ...{ level: 'bad', about, text: describeRouter(router, routerAddress) },
      ...(router.kind === 'unreachable' && advice !== '' ? { advice: `--router ${advice}` } : {}),
    },
  ];
}

export function workerFindings({ overview, localLogs }: ClusterStatus): readonly Finding[] {
  const { workers, leader } = overview;
  if (leader === '') {
    const text = `${count(workers.length, 'worker')} registered; which of them are connected is unknown without a leader`;
    return [{ level: 'warning', about: 'workers', text, advice: 'routers use the workers that answer them meanwhile' }];
  }
  const connected = workers.filter((worker) => worker.connected);
  const disconnected = workers.filter((worker) => !worker.connected && !worker.awaited && !worker.departed);
  const draining = connected.filter((worker) => worker.draining);
  return [
    totalFinding({ overview, localLogs }, connected),
    ...disconnected.map(({ workerId, address }): Finding => ({
      ...{ level: 'bad', about: workerId, text: `is disconnected, last address ${address}` },
      advice: `${localLogs.includes(workerId) ? `'pareto logs ${workerId}'` : 'its log, on its host,'} shows why; if it will not return, 'pareto forget ${workerId}'`,
    })),
    ...draining.map(({ workerId, replicas }): Finding => ({
      ...{ level: 'warning', about: workerId, text: `is draining, ${count(replicas.length, 'replica')} left` },
      advice: `'pareto undrain ${workerId}' returns it to service`,
    })),
    ...connected.filter(isFull).map(({ workerId }): Finding => ({
      ...{ level: 'warning', about: workerId, text: 'has less than 5 % of its memory free for replicas' },
      advice: 'add a worker, or raise its --memory',
    })),
  ];
}

const isFull = ({ memoryUsedBytes, memoryBytes }: wire.Worker): boolean => memoryUsedBytes > 0.95 * memoryBytes;

function totalFinding(
  { overview, localLogs }: Pick<ClusterStatus, 'overview' | 'localLogs'>,
  connected: readonly wire.Worker[],
): Finding {
  const about = 'workers';
  const awaited = overview.workers.filter((worker) => worker.awaited).length;
  const slots = connected.flatMap(({ slotGroups }) => slotGroups).reduce((sum, group) => sum + group.slots, 0);
  const used = connected.reduce((sum, { memoryUsedBytes }) => sum + memoryUsedBytes, 0);
  const all = connected.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const memory =
    used === 0 && isNewLeader(overview)
      ? `${formatBytes(all)} of memory, whose use is not reported to the new leader yet`
      : `${formatBytes(used)} of ${formatBytes(all)} used`;
  const text = `${connected.length} connected, ${count(slots, 'slot')}, ${memory}`;
  if (awaited > 0) {
    const waits = `waiting for ${count(awaited, 'worker')} to reconnect`;
    const reason = isNewLeader(overview) ? 'the leader is new' : 'the connection broke a moment ago';
    return {
      ...{ level: 'warning', about, text: `${connected.length === 0 ? '' : `${text}; `}${waits}` },
      advice: `${reason}: check again in ${formatSpan(defaultFleetParams.firstJoinMs)}; routers use the workers meanwhile`,
    };
  }
  if (connected.length > 0) return { level: 'good', about, text };
  return {
    ...{ level: 'bad', about, text: 'no worker is connected' },
    advice: `no query can be served: start a worker, or see ${logOf('worker', { localLogs })}`,
  };
}
