// Original file: protos/inference.proto


export interface _inference_LogSettingsResponse_SettingValue {
  'boolParam'?: (boolean) | undefined;
  'uint32Param'?: (number) | undefined;
  'stringParam'?: (string) | undefined;
  'parameterChoice'?: "boolParam"|"uint32Param"|"stringParam" | undefined;
}

export interface _inference_LogSettingsResponse_SettingValue__Output {
  'boolParam'?: (boolean);
  'uint32Param'?: (number);
  'stringParam'?: (string);
  'parameterChoice'?: "boolParam"|"uint32Param"|"stringParam";
}

export interface LogSettingsResponse {
  'settings'?: ({readonly [key: string]: _inference_LogSettingsResponse_SettingValue}) | undefined;
}

export interface LogSettingsResponse__Output {
  'settings': ({[key: string]: _inference_LogSettingsResponse_SettingValue__Output});
}
