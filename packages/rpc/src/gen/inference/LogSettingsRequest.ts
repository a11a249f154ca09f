// Original file: protos/inference.proto


export interface _inference_LogSettingsRequest_SettingValue {
  'boolParam'?: (boolean) | undefined;
  'uint32Param'?: (number) | undefined;
  'stringParam'?: (string) | undefined;
  'parameterChoice'?: "boolParam"|"uint32Param"|"stringParam" | undefined;
}

export interface _inference_LogSettingsRequest_SettingValue__Output {
  'boolParam'?: (boolean);
  'uint32Param'?: (number);
  'stringParam'?: (string);
  'parameterChoice'?: "boolParam"|"uint32Param"|"stringParam";
}

export interface LogSettingsRequest {
  'settings'?: ({readonly [key: string]: _inference_LogSettingsRequest_SettingValue}) | undefined;
}

export interface LogSettingsRequest__Output {
  'settings': ({[key: string]: _inference_LogSettingsRequest_SettingValue__Output});
}
