// Original file: protos/inference.proto


export interface _inference_TraceSettingRequest_SettingValue {
  'value'?: readonly (string)[] | undefined;
}

export interface _inference_TraceSettingRequest_SettingValue__Output {
  'value': (string)[];
}

export interface TraceSettingRequest {
  'settings'?: ({readonly [key: string]: _inference_TraceSettingRequest_SettingValue}) | undefined;
  'modelName'?: (string) | undefined;
}

export interface TraceSettingRequest__Output {
  'settings': ({[key: string]: _inference_TraceSettingRequest_SettingValue__Output});
  'modelName': (string);
}
