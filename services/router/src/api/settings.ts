// Implements TraceSetting and LogSettings. Both are read-only: the settings come from the router's flags.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { CommonConfig } from '@pareto/service';
import { findTarget } from '../resolve/resolve.js';
import type { RouterContext } from '../query/router-context.js';

export type Settings = Pick<CommonConfig, 'logLevel' | 'logFormat' | 'traceEndpoint' | 'traceSample'>;

export function traceSetting(
  router: Pick<RouterContext, 'tables'>,
  { traceEndpoint, traceSample }: Settings,
  { settings, modelName }: wire.TraceSettingRequest,
): wire.TraceSettingResponseInput {
  if (modelName !== '') findTarget(router.tables.table, modelName, '');
  checkNoChange(Object.keys(settings), 'start the router with --trace-endpoint and --trace-sample');
  const isOn = traceEndpoint !== undefined;
  return {
    settings: {
      trace_file: { value: [''] },
      trace_level: { value: [isOn ? 'TIMESTAMPS' : 'OFF'] },
      trace_mode: { value: ['opentelemetry'] },
      // One of so many queries whose caller does not decide. 0: none.
      trace_rate: { value: [String(traceSample > 0 ? Math.round(1 / traceSample) : 0)] },
      trace_count: { value: ['-1'] },
      log_frequency: { value: ['0'] },
    },
  };
}

const severities = ['error', 'warn', 'info', 'debug'] as const;

export function logSettings(
  { logLevel, logFormat }: Settings,
  { settings }: wire.LogSettingsRequest,
): wire.LogSettingsResponseInput {
  checkNoChange(Object.keys(settings), 'start the router with --log-level and --log-format');
  const logs = (level: (typeof severities)[number]): boolean =>
    logLevel !== 'silent' && severities.indexOf(level) <= severities.indexOf(logLevel);
  return {
    settings: {
      log_file: { stringParam: '', parameterChoice: 'stringParam' },
      log_info: { boolParam: logs('info'), parameterChoice: 'boolParam' },
      log_warning: { boolParam: logs('warn'), parameterChoice: 'boolParam' },
      log_error: { boolParam: logs('error'), parameterChoice: 'boolParam' },
      log_verbose_level: { uint32Param: logs('debug') ? 1 : 0, parameterChoice: 'uint32Param' },
      log_format: { stringParam: logFormat, parameterChoice: 'stringParam' },
    },
  };
}

function checkNoChange(names: readonly string[], instead: string): void {
  if (names.length === 0) return;
  throw new ParetoError(
    'unimplemented',
    `${names.join(', ')} cannot be changed while the router runs: ${instead}; omit the settings to read them`,
  );
}
