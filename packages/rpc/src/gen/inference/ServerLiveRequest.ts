// Original file: protos/inference.proto


export interface ServerLiveRequest {
}

export interface ServerLiveRequest__Output {
}
