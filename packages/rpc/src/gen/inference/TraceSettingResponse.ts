// Original file: protos/inference.proto


export interface _inference_TraceSettingResponse_SettingValue {
  'value'?: readonly (string)[] | undefined;
}

export interface _inference_TraceSettingResponse_SettingValue__Output {
  'value': (string)[];
}

export interface TraceSettingResponse {
  'settings'?: ({readonly [key: string]: _inference_TraceSettingResponse_SettingValue}) | undefined;
}

export interface TraceSettingResponse__Output {
  'settings': ({[key: string]: _inference_TraceSettingResponse_SettingValue__Output});
}
