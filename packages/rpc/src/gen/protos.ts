// The proto files, parsed by protobufjs, as JSON: a process reads it faster than JavaScript.
export const protos: object = JSON.parse(`{
 "nested": {
  "grpc": {
   "nested": {
    "health": {
     "nested": {
      "v1": {
       "nested": {
        "HealthCheckRequest": {
         "fields": {
          "service": {
           "type": "string",
           "id": 1
          }
         }
        },
        "HealthCheckResponse": {
         "fields": {
          "status": {
           "type": "ServingStatus",
           "id": 1
          }
         },
         "nested": {
          "ServingStatus": {
           "values": {
            "UNKNOWN": 0,
            "SERVING": 1,
            "NOT_SERVING": 2,
            "SERVICE_UNKNOWN": 3
           }
          }
         }
        },
        "HealthListRequest": {
         "fields": {}
        },
        "HealthListResponse": {
         "fields": {
          "statuses": {
           "keyType": "string",
           "type": "HealthCheckResponse",
           "id": 1
          }
         }
        },
        "Health": {
         "methods": {
          "Check": {
           "requestType": "HealthCheckRequest",
           "responseType": "HealthCheckResponse"
          },
          "Watch": {
           "requestType": "HealthCheckRequest",
           "responseType": "HealthCheckResponse",
           "responseStream": true
          },
          "List": {
           "requestType": "HealthListRequest",
           "responseType": "HealthListResponse"
          }
         }
        }
       }
      }
     }
    }
   }
  },
  "inference": {
   "nested": {
    "GRPCInferenceService": {
     "methods": {
      "ServerLive": {
       "requestType": "ServerLiveRequest",
       "responseType": "ServerLiveResponse"
      },
      "ServerReady": {
       "requestType": "ServerReadyRequest",
       "responseType": "ServerReadyResponse"
      },
      "ModelReady": {
       "requestType": "ModelReadyRequest",
       "responseType": "ModelReadyResponse"
      },
      "ServerMetadata": {
       "requestType": "ServerMetadataRequest",
       "responseType": "ServerMetadataResponse"
      },
      "ModelMetadata": {
       "requestType": "ModelMetadataRequest",
       "responseType": "ModelMetadataResponse"
      },
      "ModelInfer": {
       "requestType": "ModelInferRequest",
       "responseType": "ModelInferResponse"
      },
      "ModelStreamInfer": {
       "requestType": "ModelInferRequest",
       "requestStream": true,
       "responseType": "ModelStreamInferResponse",
       "responseStream": true
      },
      "ModelConfig": {
       "requestType": "ModelConfigRequest",
       "responseType": "ModelConfigResponse"
      },
      "ModelStatistics": {
       "requestType": "ModelStatisticsRequest",
       "responseType": "ModelStatisticsResponse"
      },
      "RepositoryIndex": {
       "requestType": "RepositoryIndexRequest",
       "responseType": "RepositoryIndexResponse"
      },
      "RepositoryModelLoad": {
       "requestType": "RepositoryModelLoadRequest",
       "responseType": "RepositoryModelLoadResponse"
      },
      "RepositoryModelUnload": {
       "requestType": "RepositoryModelUnloadRequest",
       "responseType": "RepositoryModelUnloadResponse"
      },
      "SystemSharedMemoryStatus": {
       "requestType": "SystemSharedMemoryStatusRequest",
       "responseType": "SystemSharedMemoryStatusResponse"
      },
      "SystemSharedMemoryRegister": {
       "requestType": "SystemSharedMemoryRegisterRequest",
       "responseType": "SystemSharedMemoryRegisterResponse"
      },
      "SystemSharedMemoryUnregister": {
       "requestType": "SystemSharedMemoryUnregisterRequest",
       "responseType": "SystemSharedMemoryUnregisterResponse"
      },
      "CudaSharedMemoryStatus": {
       "requestType": "CudaSharedMemoryStatusRequest",
       "responseType": "CudaSharedMemoryStatusResponse"
      },
      "CudaSharedMemoryRegister": {
       "requestType": "CudaSharedMemoryRegisterRequest",
       "responseType": "CudaSharedMemoryRegisterResponse"
      },
      "CudaSharedMemoryUnregister": {
       "requestType": "CudaSharedMemoryUnregisterRequest",
       "responseType": "CudaSharedMemoryUnregisterResponse"
      },
      "TraceSetting": {
       "requestType": "TraceSettingRequest",
       "responseType": "TraceSettingResponse"
      },
      "LogSettings": {
       "requestType": "LogSettingsRequest",
       "responseType": "LogSettingsResponse"
      }
     }
    },
    "ServerLiveRequest": {
     "fields": {}
    },
    "ServerLiveResponse": {
     "fields": {
      "live": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "ServerReadyRequest": {
     "fields": {}
    },
    "ServerReadyResponse": {
     "fields": {
      "ready": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "ModelReadyRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "version": {
       "type": "string",
       "id": 2
      }
     }
    },
    "ModelReadyResponse": {
     "fields": {
      "ready": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "ServerMetadataRequest": {
     "fields": {}
    },
    "ServerMetadataResponse": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "version": {
       "type": "string",
       "id": 2
      },
      "extensions": {
       "rule": "repeated",
       "type": "string",
       "id": 3
      }
     }
    },
    "ModelMetadataRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "version": {
       "type": "string",
       "id": 2
      }
     }
    },
    "ModelMetadataResponse": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "versions": {
       "rule": "repeated",
       "type": "string",
       "id": 2
      },
      "platform": {
       "type": "string",
       "id": 3
      },
      "inputs": {
       "rule": "repeated",
       "type": "TensorMetadata",
       "id": 4
      },
      "outputs": {
       "rule": "repeated",
       "type": "TensorMetadata",
       "id": 5
      },
      "properties": {
       "keyType": "string",
       "type": "string",
       "id": 6
      }
     },
     "nested": {
      "TensorMetadata": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "datatype": {
         "type": "string",
         "id": 2
        },
        "shape": {
         "rule": "repeated",
         "type": "int64",
         "id": 3
        }
       }
      }
     }
    },
    "InferParameter": {
     "oneofs": {
      "parameterChoice": {
       "oneof": [
        "boolParam",
        "int64Param",
        "stringParam",
        "doubleParam",
        "uint64Param"
       ]
      }
     },
     "fields": {
      "boolParam": {
       "type": "bool",
       "id": 1
      },
      "int64Param": {
       "type": "int64",
       "id": 2
      },
      "stringParam": {
       "type": "string",
       "id": 3
      },
      "doubleParam": {
       "type": "double",
       "id": 4
      },
      "uint64Param": {
       "type": "uint64",
       "id": 5
      }
     }
    },
    "InferTensorContents": {
     "fields": {
      "boolContents": {
       "rule": "repeated",
       "type": "bool",
       "id": 1
      },
      "intContents": {
       "rule": "repeated",
       "type": "int32",
       "id": 2
      },
      "int64Contents": {
       "rule": "repeated",
       "type": "int64",
       "id": 3
      },
      "uintContents": {
       "rule": "repeated",
       "type": "uint32",
       "id": 4
      },
      "uint64Contents": {
       "rule": "repeated",
       "type": "uint64",
       "id": 5
      },
      "fp32Contents": {
       "rule": "repeated",
       "type": "float",
       "id": 6
      },
      "fp64Contents": {
       "rule": "repeated",
       "type": "double",
       "id": 7
      },
      "bytesContents": {
       "rule": "repeated",
       "type": "bytes",
       "id": 8
      }
     }
    },
    "ModelInferRequest": {
     "fields": {
      "modelName": {
       "type": "string",
       "id": 1
      },
      "modelVersion": {
       "type": "string",
       "id": 2
      },
      "id": {
       "type": "string",
       "id": 3
      },
      "parameters": {
       "keyType": "string",
       "type": "InferParameter",
       "id": 4
      },
      "inputs": {
       "rule": "repeated",
       "type": "InferInputTensor",
       "id": 5
      },
      "outputs": {
       "rule": "repeated",
       "type": "InferRequestedOutputTensor",
       "id": 6
      },
      "rawInputContents": {
       "rule": "repeated",
       "type": "bytes",
       "id": 7
      }
     },
     "nested": {
      "InferInputTensor": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "datatype": {
         "type": "string",
         "id": 2
        },
        "shape": {
         "rule": "repeated",
         "type": "int64",
         "id": 3
        },
        "parameters": {
         "keyType": "string",
         "type": "InferParameter",
         "id": 4
        },
        "contents": {
         "type": "InferTensorContents",
         "id": 5
        }
       }
      },
      "InferRequestedOutputTensor": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "parameters": {
         "keyType": "string",
         "type": "InferParameter",
         "id": 2
        }
       }
      }
     }
    },
    "ModelInferResponse": {
     "fields": {
      "modelName": {
       "type": "string",
       "id": 1
      },
      "modelVersion": {
       "type": "string",
       "id": 2
      },
      "id": {
       "type": "string",
       "id": 3
      },
      "parameters": {
       "keyType": "string",
       "type": "InferParameter",
       "id": 4
      },
      "outputs": {
       "rule": "repeated",
       "type": "InferOutputTensor",
       "id": 5
      },
      "rawOutputContents": {
       "rule": "repeated",
       "type": "bytes",
       "id": 6
      }
     },
     "nested": {
      "InferOutputTensor": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "datatype": {
         "type": "string",
         "id": 2
        },
        "shape": {
         "rule": "repeated",
         "type": "int64",
         "id": 3
        },
        "parameters": {
         "keyType": "string",
         "type": "InferParameter",
         "id": 4
        },
        "contents": {
         "type": "InferTensorContents",
         "id": 5
        }
       }
      }
     }
    },
    "ModelStreamInferResponse": {
     "fields": {
      "errorMessage": {
       "type": "string",
       "id": 1
      },
      "inferResponse": {
       "type": "ModelInferResponse",
       "id": 2
      }
     }
    },
    "ModelConfigRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "version": {
       "type": "string",
       "id": 2
      }
     }
    },
    "ModelConfigResponse": {
     "fields": {
      "config": {
       "type": "ModelConfig",
       "id": 1
      }
     }
    },
    "DataType": {
     "values": {
      "TYPE_INVALID": 0,
      "TYPE_BOOL": 1,
      "TYPE_UINT8": 2,
      "TYPE_UINT16": 3,
      "TYPE_UINT32": 4,
      "TYPE_UINT64": 5,
      "TYPE_INT8": 6,
      "TYPE_INT16": 7,
      "TYPE_INT32": 8,
      "TYPE_INT64": 9,
      "TYPE_FP16": 10,
      "TYPE_FP32": 11,
      "TYPE_FP64": 12,
      "TYPE_STRING": 13,
      "TYPE_BF16": 14
     }
    },
    "ModelConfig": {
     "oneofs": {
      "schedulingChoice": {
       "oneof": [
        "dynamicBatching"
       ]
      }
     },
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "platform": {
       "type": "string",
       "id": 2
      },
      "versionPolicy": {
       "type": "ModelVersionPolicy",
       "id": 3
      },
      "maxBatchSize": {
       "type": "int32",
       "id": 4
      },
      "input": {
       "rule": "repeated",
       "type": "ModelInput",
       "id": 5
      },
      "output": {
       "rule": "repeated",
       "type": "ModelOutput",
       "id": 6
      },
      "instanceGroup": {
       "rule": "repeated",
       "type": "ModelInstanceGroup",
       "id": 7
      },
      "defaultModelFilename": {
       "type": "string",
       "id": 8
      },
      "dynamicBatching": {
       "type": "ModelDynamicBatching",
       "id": 11
      },
      "parameters": {
       "keyType": "string",
       "type": "ModelParameter",
       "id": 14
      },
      "backend": {
       "type": "string",
       "id": 17
      },
      "modelTransactionPolicy": {
       "type": "ModelTransactionPolicy",
       "id": 19
      }
     }
    },
    "ModelVersionPolicy": {
     "oneofs": {
      "policyChoice": {
       "oneof": [
        "latest",
        "all",
        "specific"
       ]
      }
     },
     "fields": {
      "latest": {
       "type": "Latest",
       "id": 1
      },
      "all": {
       "type": "All",
       "id": 2
      },
      "specific": {
       "type": "Specific",
       "id": 3
      }
     },
     "nested": {
      "Latest": {
       "fields": {
        "numVersions": {
         "type": "uint32",
         "id": 1
        }
       }
      },
      "All": {
       "fields": {}
      },
      "Specific": {
       "fields": {
        "versions": {
         "rule": "repeated",
         "type": "int64",
         "id": 1
        }
       }
      }
     }
    },
    "ModelInput": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "dataType": {
       "type": "DataType",
       "id": 2
      },
      "dims": {
       "rule": "repeated",
       "type": "int64",
       "id": 4
      }
     }
    },
    "ModelOutput": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "dataType": {
       "type": "DataType",
       "id": 2
      },
      "dims": {
       "rule": "repeated",
       "type": "int64",
       "id": 3
      },
      "labelFilename": {
       "type": "string",
       "id": 4
      }
     }
    },
    "ModelInstanceGroup": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "count": {
       "type": "int32",
       "id": 2
      },
      "kind": {
       "type": "Kind",
       "id": 4
      }
     },
     "nested": {
      "Kind": {
       "values": {
        "KIND_AUTO": 0,
        "KIND_GPU": 1,
        "KIND_CPU": 2,
        "KIND_MODEL": 3
       }
      }
     }
    },
    "ModelDynamicBatching": {
     "fields": {
      "preferredBatchSize": {
       "rule": "repeated",
       "type": "int32",
       "id": 1
      },
      "maxQueueDelayMicroseconds": {
       "type": "uint64",
       "id": 2
      },
      "preserveOrdering": {
       "type": "bool",
       "id": 3
      },
      "priorityLevels": {
       "type": "uint64",
       "id": 4
      },
      "defaultPriorityLevel": {
       "type": "uint64",
       "id": 5
      }
     }
    },
    "ModelParameter": {
     "fields": {
      "stringValue": {
       "type": "string",
       "id": 1
      }
     }
    },
    "ModelTransactionPolicy": {
     "fields": {
      "decoupled": {
       "type": "bool",
       "id": 1
      }
     }
    },
    "ModelStatisticsRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "version": {
       "type": "string",
       "id": 2
      }
     }
    },
    "ModelStatisticsResponse": {
     "fields": {
      "modelStats": {
       "rule": "repeated",
       "type": "ModelStatistics",
       "id": 1
      }
     }
    },
    "StatisticDuration": {
     "fields": {
      "count": {
       "type": "uint64",
       "id": 1
      },
      "ns": {
       "type": "uint64",
       "id": 2
      }
     }
    },
    "InferStatistics": {
     "fields": {
      "success": {
       "type": "StatisticDuration",
       "id": 1
      },
      "fail": {
       "type": "StatisticDuration",
       "id": 2
      },
      "queue": {
       "type": "StatisticDuration",
       "id": 3
      },
      "computeInput": {
       "type": "StatisticDuration",
       "id": 4
      },
      "computeInfer": {
       "type": "StatisticDuration",
       "id": 5
      },
      "computeOutput": {
       "type": "StatisticDuration",
       "id": 6
      },
      "cacheHit": {
       "type": "StatisticDuration",
       "id": 7
      },
      "cacheMiss": {
       "type": "StatisticDuration",
       "id": 8
      }
     }
    },
    "InferBatchStatistics": {
     "fields": {
      "batchSize": {
       "type": "uint64",
       "id": 1
      },
      "computeInput": {
       "type": "StatisticDuration",
       "id": 2
      },
      "computeInfer": {
       "type": "StatisticDuration",
       "id": 3
      },
      "computeOutput": {
       "type": "StatisticDuration",
       "id": 4
      }
     }
    },
    "ModelStatistics": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "version": {
       "type": "string",
       "id": 2
      },
      "lastInference": {
       "type": "uint64",
       "id": 3
      },
      "inferenceCount": {
       "type": "uint64",
       "id": 4
      },
      "executionCount": {
       "type": "uint64",
       "id": 5
      },
      "inferenceStats": {
       "type": "InferStatistics",
       "id": 6
      },
      "batchStats": {
       "rule": "repeated",
       "type": "InferBatchStatistics",
       "id": 7
      }
     }
    },
    "ModelRepositoryParameter": {
     "oneofs": {
      "parameterChoice": {
       "oneof": [
        "boolParam",
        "int64Param",
        "stringParam",
        "bytesParam"
       ]
      }
     },
     "fields": {
      "boolParam": {
       "type": "bool",
       "id": 1
      },
      "int64Param": {
       "type": "int64",
       "id": 2
      },
      "stringParam": {
       "type": "string",
       "id": 3
      },
      "bytesParam": {
       "type": "bytes",
       "id": 4
      }
     }
    },
    "RepositoryIndexRequest": {
     "fields": {
      "repositoryName": {
       "type": "string",
       "id": 1
      },
      "ready": {
       "type": "bool",
       "id": 2
      }
     }
    },
    "RepositoryIndexResponse": {
     "fields": {
      "models": {
       "rule": "repeated",
       "type": "ModelIndex",
       "id": 1
      }
     },
     "nested": {
      "ModelIndex": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "string",
         "id": 2
        },
        "state": {
         "type": "string",
         "id": 3
        },
        "reason": {
         "type": "string",
         "id": 4
        }
       }
      }
     }
    },
    "RepositoryModelLoadRequest": {
     "fields": {
      "repositoryName": {
       "type": "string",
       "id": 1
      },
      "modelName": {
       "type": "string",
       "id": 2
      },
      "parameters": {
       "keyType": "string",
       "type": "ModelRepositoryParameter",
       "id": 3
      }
     }
    },
    "RepositoryModelLoadResponse": {
     "fields": {}
    },
    "RepositoryModelUnloadRequest": {
     "fields": {
      "repositoryName": {
       "type": "string",
       "id": 1
      },
      "modelName": {
       "type": "string",
       "id": 2
      },
      "parameters": {
       "keyType": "string",
       "type": "ModelRepositoryParameter",
       "id": 3
      }
     }
    },
    "RepositoryModelUnloadResponse": {
     "fields": {}
    },
    "SystemSharedMemoryStatusRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      }
     }
    },
    "SystemSharedMemoryStatusResponse": {
     "fields": {
      "regions": {
       "keyType": "string",
       "type": "RegionStatus",
       "id": 1
      }
     },
     "nested": {
      "RegionStatus": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "key": {
         "type": "string",
         "id": 2
        },
        "offset": {
         "type": "uint64",
         "id": 3
        },
        "byteSize": {
         "type": "uint64",
         "id": 4
        }
       }
      }
     }
    },
    "SystemSharedMemoryRegisterRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "key": {
       "type": "string",
       "id": 2
      },
      "offset": {
       "type": "uint64",
       "id": 3
      },
      "byteSize": {
       "type": "uint64",
       "id": 4
      }
     }
    },
    "SystemSharedMemoryRegisterResponse": {
     "fields": {}
    },
    "SystemSharedMemoryUnregisterRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      }
     }
    },
    "SystemSharedMemoryUnregisterResponse": {
     "fields": {}
    },
    "CudaSharedMemoryStatusRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      }
     }
    },
    "CudaSharedMemoryStatusResponse": {
     "fields": {
      "regions": {
       "keyType": "string",
       "type": "RegionStatus",
       "id": 1
      }
     },
     "nested": {
      "RegionStatus": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "deviceId": {
         "type": "uint64",
         "id": 2
        },
        "byteSize": {
         "type": "uint64",
         "id": 3
        }
       }
      }
     }
    },
    "CudaSharedMemoryRegisterRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "rawHandle": {
       "type": "bytes",
       "id": 2
      },
      "deviceId": {
       "type": "int64",
       "id": 3
      },
      "byteSize": {
       "type": "uint64",
       "id": 4
      }
     }
    },
    "CudaSharedMemoryRegisterResponse": {
     "fields": {}
    },
    "CudaSharedMemoryUnregisterRequest": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      }
     }
    },
    "CudaSharedMemoryUnregisterResponse": {
     "fields": {}
    },
    "TraceSettingRequest": {
     "fields": {
      "settings": {
       "keyType": "string",
       "type": "SettingValue",
       "id": 1
      },
      "modelName": {
       "type": "string",
       "id": 2
      }
     },
     "nested": {
      "SettingValue": {
       "fields": {
        "value": {
         "rule": "repeated",
         "type": "string",
         "id": 1
        }
       }
      }
     }
    },
    "TraceSettingResponse": {
     "fields": {
      "settings": {
       "keyType": "string",
       "type": "SettingValue",
       "id": 1
      }
     },
     "nested": {
      "SettingValue": {
       "fields": {
        "value": {
         "rule": "repeated",
         "type": "string",
         "id": 1
        }
       }
      }
     }
    },
    "LogSettingsRequest": {
     "fields": {
      "settings": {
       "keyType": "string",
       "type": "SettingValue",
       "id": 1
      }
     },
     "nested": {
      "SettingValue": {
       "oneofs": {
        "parameterChoice": {
         "oneof": [
          "boolParam",
          "uint32Param",
          "stringParam"
         ]
        }
       },
       "fields": {
        "boolParam": {
         "type": "bool",
         "id": 1
        },
        "uint32Param": {
         "type": "uint32",
         "id": 2
        },
        "stringParam": {
         "type": "string",
         "id": 3
        }
       }
      }
     }
    },
    "LogSettingsResponse": {
     "fields": {
      "settings": {
       "keyType": "string",
       "type": "SettingValue",
       "id": 1
      }
     },
     "nested": {
      "SettingValue": {
       "oneofs": {
        "parameterChoice": {
         "oneof": [
          "boolParam",
          "uint32Param",
          "stringParam"
         ]
        }
       },
       "fields": {
        "boolParam": {
         "type": "bool",
         "id": 1
        },
        "uint32Param": {
         "type": "uint32",
         "id": 2
        },
        "stringParam": {
         "type": "string",
         "id": 3
        }
       }
      }
     }
    }
   }
  },
  "pareto": {
   "nested": {
    "v1": {
     "nested": {
      "Execution": {
       "methods": {
        "Ping": {
         "requestType": "PingRequest",
         "responseType": "PingResponse"
        }
       }
      },
      "PingRequest": {
       "fields": {}
      },
      "PingResponse": {
       "fields": {
        "workerId": {
         "type": "string",
         "id": 1
        },
        "incarnation": {
         "type": "string",
         "id": 2
        },
        "draining": {
         "type": "bool",
         "id": 3
        },
        "replicas": {
         "rule": "repeated",
         "type": "ReplicaLoad",
         "id": 4
        },
        "decisionVersion": {
         "type": "uint32",
         "id": 5
        }
       }
      },
      "ReplicaLoad": {
       "fields": {
        "replicaId": {
         "type": "string",
         "id": 1
        },
        "state": {
         "type": "ReplicaState",
         "id": 2
        },
        "queuedItems": {
         "type": "uint32",
         "id": 3
        },
        "runningItems": {
         "type": "uint32",
         "id": 4
        },
        "backlogMs": {
         "type": "double",
         "id": 5
        },
        "itemMs": {
         "type": "double",
         "id": 6
        },
        "typical": {
         "type": "double",
         "id": 7
        },
        "slow": {
         "type": "double",
         "id": 8
        },
        "interfered": {
         "type": "bool",
         "id": 9
        }
       }
      },
      "Fleet": {
       "methods": {
        "Join": {
         "requestType": "WorkerMessage",
         "requestStream": true,
         "responseType": "ControllerMessage",
         "responseStream": true
        },
        "ListWorkers": {
         "requestType": "ListWorkersRequest",
         "responseType": "ListWorkersResponse"
        },
        "Drain": {
         "requestType": "DrainRequest",
         "responseType": "DrainResponse"
        },
        "Overview": {
         "requestType": "OverviewRequest",
         "responseType": "OverviewResponse"
        },
        "Events": {
         "requestType": "EventsRequest",
         "responseType": "EventsResponse",
         "responseStream": true
        }
       }
      },
      "HardwareClass": {
       "fields": {
        "id": {
         "type": "string",
         "id": 1
        },
        "provider": {
         "type": "string",
         "id": 2
        },
        "device": {
         "type": "string",
         "id": 3
        },
        "instructionSet": {
         "type": "string",
         "id": 4
        },
        "memoryBytes": {
         "type": "uint64",
         "id": 5
        }
       }
      },
      "SlotGroup": {
       "fields": {
        "hardwareClass": {
         "type": "HardwareClass",
         "id": 1
        },
        "slots": {
         "type": "uint32",
         "id": 2
        },
        "driver": {
         "type": "string",
         "id": 3
        }
       }
      },
      "WorkerMessage": {
       "oneofs": {
        "message": {
         "oneof": [
          "hello",
          "report",
          "measurement",
          "outcome",
          "heartbeat"
         ]
        }
       },
       "fields": {
        "hello": {
         "type": "WorkerHello",
         "id": 1
        },
        "report": {
         "type": "WorkerReport",
         "id": 2
        },
        "measurement": {
         "type": "Measurement",
         "id": 3
        },
        "outcome": {
         "type": "RecipeOutcome",
         "id": 4
        },
        "heartbeat": {
         "type": "WorkerHeartbeat",
         "id": 5
        }
       }
      },
      "WorkerHeartbeat": {
       "fields": {
        "controllerAgeMs": {
         "type": "uint64",
         "id": 1
        }
       }
      },
      "WorkerHello": {
       "fields": {
        "workerId": {
         "type": "string",
         "id": 1
        },
        "incarnation": {
         "type": "string",
         "id": 2
        },
        "address": {
         "type": "string",
         "id": 3
        },
        "slotGroups": {
         "rule": "repeated",
         "type": "SlotGroup",
         "id": 4
        },
        "memoryBytes": {
         "type": "uint64",
         "id": 5
        },
        "runtimeVersion": {
         "type": "string",
         "id": 6
        },
        "acceptsChanges": {
         "type": "bool",
         "id": 7
        }
       }
      },
      "ReplicaState": {
       "values": {
        "REPLICA_STATE_UNSPECIFIED": 0,
        "LOADING": 1,
        "WARMING": 2,
        "READY": 3,
        "DRAINING": 4,
        "FAILED": 5
       }
      },
      "ReplicaReport": {
       "fields": {
        "replicaId": {
         "type": "string",
         "id": 1
        },
        "variant": {
         "type": "string",
         "id": 2
        },
        "state": {
         "type": "ReplicaState",
         "id": 3
        },
        "reason": {
         "type": "string",
         "id": 4
        },
        "loadMs": {
         "type": "double",
         "id": 5
        },
        "memoryBytes": {
         "type": "uint64",
         "id": 6
        },
        "queuedItems": {
         "type": "uint32",
         "id": 7
        },
        "runningItems": {
         "type": "uint32",
         "id": 8
        },
        "requests": {
         "type": "uint64",
         "id": 9
        },
        "items": {
         "type": "uint64",
         "id": 10
        },
        "executions": {
         "type": "uint64",
         "id": 11
        },
        "failures": {
         "type": "uint64",
         "id": 12
        },
        "busyUs": {
         "type": "uint64",
         "id": 13
        },
        "executorDeaths": {
         "type": "uint32",
         "id": 14
        },
        "quarantined": {
         "type": "bool",
         "id": 15
        },
        "version": {
         "type": "uint32",
         "id": 16
        },
        "poisonousQueries": {
         "type": "uint32",
         "id": 17
        },
        "counts": {
         "type": "InferCounts",
         "id": 18
        },
        "placement": {
         "type": "PlacementReason",
         "id": 19
        },
        "interfered": {
         "type": "bool",
         "id": 20
        },
        "checkedRows": {
         "type": "uint64",
         "id": 21
        },
        "mixedReason": {
         "type": "string",
         "id": 22
        },
        "comparedRows": {
         "type": "uint64",
         "id": 23
        },
        "agreedRows": {
         "type": "double",
         "id": 24
        }
       }
      },
      "PlacementReason": {
       "fields": {
        "source": {
         "type": "string",
         "id": 1
        },
        "reason": {
         "type": "string",
         "id": 2
        }
       }
      },
      "TimedCount": {
       "fields": {
        "count": {
         "type": "uint64",
         "id": 1
        },
        "ns": {
         "type": "uint64",
         "id": 2
        }
       }
      },
      "InferCounts": {
       "oneofs": {
        "_lastInferenceAgeMs": {
         "oneof": [
          "lastInferenceAgeMs"
         ]
        }
       },
       "fields": {
        "success": {
         "type": "TimedCount",
         "id": 1
        },
        "fail": {
         "type": "TimedCount",
         "id": 2
        },
        "queue": {
         "type": "TimedCount",
         "id": 3
        },
        "computeInput": {
         "type": "TimedCount",
         "id": 4
        },
        "computeInfer": {
         "type": "TimedCount",
         "id": 5
        },
        "computeOutput": {
         "type": "TimedCount",
         "id": 6
        },
        "batches": {
         "rule": "repeated",
         "type": "BatchCount",
         "id": 7
        },
        "lastInferenceAgeMs": {
         "type": "double",
         "id": 8,
         "options": {
          "proto3_optional": true
         }
        }
       }
      },
      "BatchCount": {
       "fields": {
        "batchSize": {
         "type": "uint32",
         "id": 1
        },
        "executions": {
         "type": "uint64",
         "id": 2
        },
        "computeInputNs": {
         "type": "uint64",
         "id": 3
        },
        "computeInferNs": {
         "type": "uint64",
         "id": 4
        },
        "computeOutputNs": {
         "type": "uint64",
         "id": 5
        }
       }
      },
      "WorkerReport": {
       "fields": {
        "replicas": {
         "rule": "repeated",
         "type": "ReplicaReport",
         "id": 1
        },
        "memoryUsedBytes": {
         "type": "uint64",
         "id": 2
        },
        "draining": {
         "type": "bool",
         "id": 3
        },
        "measuring": {
         "type": "string",
         "id": 4
        },
        "controllerAgeMs": {
         "type": "uint64",
         "id": 5
        },
        "progress": {
         "type": "string",
         "id": 6
        },
        "reportNowSequence": {
         "type": "uint64",
         "id": 7
        },
        "limitsReached": {
         "rule": "repeated",
         "type": "LimitCount",
         "id": 8
        },
        "provisional": {
         "rule": "repeated",
         "type": "Measurement",
         "id": 9
        },
        "shapes": {
         "rule": "repeated",
         "type": "ObservedShapes",
         "id": 10
        },
        "onlyChanges": {
         "type": "bool",
         "id": 11
        },
        "removed": {
         "rule": "repeated",
         "type": "string",
         "id": 12
        }
       }
      },
      "ObservedShapes": {
       "fields": {
        "variant": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "uint32",
         "id": 2
        },
        "hardwareClass": {
         "type": "string",
         "id": 3
        },
        "shapes": {
         "rule": "repeated",
         "type": "InputShape",
         "id": 4
        },
        "items": {
         "type": "uint64",
         "id": 5
        },
        "itemMs": {
         "type": "double",
         "id": 6
        }
       }
      },
      "LimitCount": {
       "fields": {
        "limit": {
         "type": "string",
         "id": 1
        },
        "count": {
         "type": "uint64",
         "id": 2
        }
       }
      },
      "ControllerMessage": {
       "oneofs": {
        "message": {
         "oneof": [
          "assignments",
          "heartbeat",
          "reportNow"
         ]
        }
       },
       "fields": {
        "assignments": {
         "type": "Assignments",
         "id": 1
        },
        "heartbeat": {
         "type": "Heartbeat",
         "id": 2
        },
        "reportNow": {
         "type": "ReportNow",
         "id": 3
        }
       }
      },
      "ReportNow": {
       "fields": {
        "sequence": {
         "type": "uint64",
         "id": 1
        }
       }
      },
      "Heartbeat": {
       "fields": {
        "storeAgeMs": {
         "type": "uint64",
         "id": 1
        },
        "messageIntervalMs": {
         "type": "uint32",
         "id": 2
        },
        "reportIntervalMs": {
         "type": "uint32",
         "id": 3
        },
        "acceptsChanges": {
         "type": "bool",
         "id": 4
        }
       }
      },
      "Assignments": {
       "fields": {
        "revision": {
         "type": "uint64",
         "id": 1
        },
        "replicas": {
         "rule": "repeated",
         "type": "ReplicaAssignment",
         "id": 2
        },
        "measures": {
         "rule": "repeated",
         "type": "MeasureOrder",
         "id": 3
        },
        "makes": {
         "rule": "repeated",
         "type": "MakeOrder",
         "id": 5
        },
        "keepUnlisted": {
         "type": "bool",
         "id": 4
        },
        "onlyChanges": {
         "type": "bool",
         "id": 6
        },
        "removed": {
         "rule": "repeated",
         "type": "string",
         "id": 7
        }
       }
      },
      "VariantSpec": {
       "fields": {
        "variant": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "uint32",
         "id": 2
        },
        "provider": {
         "type": "string",
         "id": 3
        },
        "manifest": {
         "type": "Manifest",
         "id": 4
        },
        "modelDigest": {
         "type": "string",
         "id": 5
        },
        "signature": {
         "type": "Signature",
         "id": 6
        },
        "maxBatchSize": {
         "type": "uint32",
         "id": 7
        },
        "option": {
         "type": "string",
         "id": 8
        },
        "labels": {
         "keyType": "string",
         "type": "string",
         "id": 9
        }
       }
      },
      "ReplicaAssignment": {
       "fields": {
        "replicaId": {
         "type": "string",
         "id": 1
        },
        "spec": {
         "type": "VariantSpec",
         "id": 2
        },
        "hardwareClass": {
         "type": "string",
         "id": 3
        },
        "batchCeiling": {
         "type": "uint32",
         "id": 4
        },
        "profile": {
         "type": "Profile",
         "id": 5
        },
        "usdPerHour": {
         "type": "double",
         "id": 6
        },
        "metric": {
         "type": "string",
         "id": 7
        }
       }
      },
      "MeasureOrder": {
       "fields": {
        "spec": {
         "type": "VariantSpec",
         "id": 1
        },
        "hardwareClass": {
         "type": "string",
         "id": 2
        },
        "metric": {
         "type": "string",
         "id": 3
        },
        "validationDigest": {
         "type": "string",
         "id": 4
        },
        "original": {
         "type": "VariantSpec",
         "id": 5
        },
        "buckets": {
         "rule": "repeated",
         "type": "ShapeBucket",
         "id": 6
        }
       }
      },
      "MakeOrder": {
       "fields": {
        "architecture": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "uint32",
         "id": 2
        },
        "recipe": {
         "type": "string",
         "id": 3
        },
        "original": {
         "type": "VariantSpec",
         "id": 4
        },
        "metric": {
         "type": "string",
         "id": 5
        },
        "validationDigest": {
         "type": "string",
         "id": 6
        },
        "maxBatchSize": {
         "type": "uint32",
         "id": 7
        }
       }
      },
      "ListWorkersRequest": {
       "fields": {}
      },
      "Worker": {
       "fields": {
        "workerId": {
         "type": "string",
         "id": 1
        },
        "address": {
         "type": "string",
         "id": 2
        },
        "connected": {
         "type": "bool",
         "id": 3
        },
        "draining": {
         "type": "bool",
         "id": 4
        },
        "slotGroups": {
         "rule": "repeated",
         "type": "SlotGroup",
         "id": 5
        },
        "memoryBytes": {
         "type": "uint64",
         "id": 6
        },
        "memoryUsedBytes": {
         "type": "uint64",
         "id": 7
        },
        "replicas": {
         "rule": "repeated",
         "type": "ReplicaReport",
         "id": 8
        },
        "measuring": {
         "type": "string",
         "id": 9
        },
        "progress": {
         "type": "string",
         "id": 11
        },
        "usdPerHour": {
         "type": "double",
         "id": 10
        },
        "awaited": {
         "type": "bool",
         "id": 12
        }
       }
      },
      "ListWorkersResponse": {
       "fields": {
        "workers": {
         "rule": "repeated",
         "type": "Worker",
         "id": 1
        }
       }
      },
      "DrainRequest": {
       "fields": {
        "workerId": {
         "type": "string",
         "id": 1
        },
        "undrain": {
         "type": "bool",
         "id": 2
        }
       }
      },
      "DrainResponse": {
       "fields": {}
      },
      "OverviewRequest": {
       "fields": {
        "acceptFollower": {
         "type": "bool",
         "id": 1
        }
       }
      },
      "TaskLoad": {
       "oneofs": {
        "_p50Ms": {
         "oneof": [
          "p50Ms"
         ]
        },
        "_p99Ms": {
         "oneof": [
          "p99Ms"
         ]
        },
        "_attainment": {
         "oneof": [
          "attainment"
         ]
        }
       },
       "fields": {
        "task": {
         "type": "string",
         "id": 1
        },
        "requestsPerSecond": {
         "type": "double",
         "id": 2
        },
        "refusedPerSecond": {
         "type": "double",
         "id": 3
        },
        "violationsPerSecond": {
         "type": "double",
         "id": 4
        },
        "variantsReady": {
         "rule": "repeated",
         "type": "string",
         "id": 5
        },
        "usdPerHour": {
         "type": "double",
         "id": 6
        },
        "p50Ms": {
         "type": "double",
         "id": 7,
         "options": {
          "proto3_optional": true
         }
        },
        "p99Ms": {
         "type": "double",
         "id": 8,
         "options": {
          "proto3_optional": true
         }
        },
        "attainment": {
         "type": "double",
         "id": 9,
         "options": {
          "proto3_optional": true
         }
        },
        "itemsPerSecondByVariant": {
         "keyType": "string",
         "type": "double",
         "id": 10
        },
        "failedPerSecond": {
         "type": "double",
         "id": 11
        },
        "held": {
         "type": "uint32",
         "id": 12
        },
        "infeasibleShare": {
         "type": "double",
         "id": 13
        }
       }
      },
      "PlanAction": {
       "fields": {
        "kind": {
         "type": "string",
         "id": 1
        },
        "variant": {
         "type": "string",
         "id": 2
        },
        "worker": {
         "type": "string",
         "id": 3
        },
        "reason": {
         "type": "string",
         "id": 4
        },
        "ageMs": {
         "type": "double",
         "id": 5
        }
       }
      },
      "RouterInfo": {
       "fields": {
        "routerId": {
         "type": "string",
         "id": 1
        },
        "address": {
         "type": "string",
         "id": 2
        }
       }
      },
      "OverviewResponse": {
       "fields": {
        "cluster": {
         "type": "string",
         "id": 1
        },
        "leader": {
         "type": "string",
         "id": 2
        },
        "tableVersion": {
         "type": "string",
         "id": 3
        },
        "tasks": {
         "rule": "repeated",
         "type": "TaskLoad",
         "id": 4
        },
        "workers": {
         "rule": "repeated",
         "type": "Worker",
         "id": 5
        },
        "routers": {
         "rule": "repeated",
         "type": "RouterInfo",
         "id": 6
        },
        "recentActions": {
         "rule": "repeated",
         "type": "PlanAction",
         "id": 7
        },
        "controllers": {
         "rule": "repeated",
         "type": "string",
         "id": 8
        },
        "storeAgeMs": {
         "type": "double",
         "id": 9
        },
        "notices": {
         "rule": "repeated",
         "type": "string",
         "id": 10
        },
        "unmetWarmRules": {
         "rule": "repeated",
         "type": "UnmetWarmRule",
         "id": 11
        },
        "limitsReached": {
         "rule": "repeated",
         "type": "ReachedLimits",
         "id": 12
        },
        "unmetNeeds": {
         "rule": "repeated",
         "type": "UnmetNeed",
         "id": 13
        },
        "leadingMs": {
         "type": "double",
         "id": 14
        }
       }
      },
      "UnmetNeed": {
       "fields": {
        "variant": {
         "type": "string",
         "id": 1
        },
        "source": {
         "type": "string",
         "id": 2
        },
        "cause": {
         "type": "string",
         "id": 3
        },
        "reason": {
         "type": "string",
         "id": 4
        },
        "ageMs": {
         "type": "double",
         "id": 5
        }
       }
      },
      "ReachedLimits": {
       "fields": {
        "service": {
         "type": "string",
         "id": 1
        },
        "id": {
         "type": "string",
         "id": 2
        },
        "limits": {
         "rule": "repeated",
         "type": "LimitCount",
         "id": 3
        }
       }
      },
      "UnmetWarmRule": {
       "fields": {
        "target": {
         "type": "string",
         "id": 1
        },
        "reason": {
         "type": "string",
         "id": 2
        }
       }
      },
      "EventsRequest": {
       "fields": {
        "follow": {
         "type": "bool",
         "id": 1
        },
        "name": {
         "type": "string",
         "id": 2
        },
        "afterId": {
         "type": "uint64",
         "id": 3
        }
       }
      },
      "EventsResponse": {
       "fields": {
        "id": {
         "type": "uint64",
         "id": 1
        },
        "ageMs": {
         "type": "double",
         "id": 2
        },
        "kind": {
         "type": "string",
         "id": 3
        },
        "subject": {
         "type": "string",
         "id": 4
        },
        "worker": {
         "type": "string",
         "id": 5
        },
        "reason": {
         "type": "string",
         "id": 6
        },
        "warning": {
         "type": "bool",
         "id": 7
        }
       }
      },
      "Registry": {
       "methods": {
        "RegisterTask": {
         "requestType": "RegisterTaskRequest",
         "responseType": "Task"
        },
        "RegisterArchitecture": {
         "requestType": "RegisterArchitectureRequest",
         "responseType": "Architecture"
        },
        "List": {
         "requestType": "ListRequest",
         "responseType": "ListResponse"
        },
        "Describe": {
         "requestType": "DescribeRequest",
         "responseType": "DescribeResponse"
        },
        "Delete": {
         "requestType": "DeleteRequest",
         "responseType": "DeleteResponse"
        },
        "Profile": {
         "requestType": "ProfileRequest",
         "responseType": "ProfileResponse"
        },
        "Jobs": {
         "requestType": "JobsRequest",
         "responseType": "JobsResponse"
        },
        "SetRule": {
         "requestType": "SetRuleRequest",
         "responseType": "Rule"
        },
        "LiftRule": {
         "requestType": "LiftRuleRequest",
         "responseType": "Rule"
        },
        "ListRules": {
         "requestType": "ListRulesRequest",
         "responseType": "ListRulesResponse"
        },
        "Backup": {
         "requestType": "BackupRequest",
         "responseType": "BackupResponse",
         "responseStream": true
        },
        "Restore": {
         "requestType": "RestoreRequest",
         "responseType": "RestoreResponse"
        }
       }
      },
      "Blobs": {
       "methods": {
        "Stat": {
         "requestType": "StatRequest",
         "responseType": "StatResponse"
        },
        "Upload": {
         "requestType": "UploadRequest",
         "requestStream": true,
         "responseType": "UploadResponse"
        },
        "Download": {
         "requestType": "DownloadRequest",
         "responseType": "DownloadResponse",
         "responseStream": true
        }
       }
      },
      "TensorSpec": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "datatype": {
         "type": "string",
         "id": 2
        },
        "dims": {
         "rule": "repeated",
         "type": "int64",
         "id": 3
        }
       }
      },
      "Signature": {
       "fields": {
        "inputs": {
         "rule": "repeated",
         "type": "TensorSpec",
         "id": 1
        },
        "outputs": {
         "rule": "repeated",
         "type": "TensorSpec",
         "id": 2
        },
        "batched": {
         "type": "bool",
         "id": 3
        }
       }
      },
      "Task": {
       "oneofs": {
        "_minAgreement": {
         "oneof": [
          "minAgreement"
         ]
        }
       },
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "metric": {
         "type": "string",
         "id": 2
        },
        "signature": {
         "type": "Signature",
         "id": 3
        },
        "defaultObjective": {
         "type": "Objective",
         "id": 4
        },
        "validationDigest": {
         "type": "string",
         "id": 5
        },
        "minAgreement": {
         "type": "double",
         "id": 6,
         "options": {
          "proto3_optional": true
         }
        }
       }
      },
      "ModelFile": {
       "fields": {
        "path": {
         "type": "string",
         "id": 1
        },
        "digest": {
         "type": "string",
         "id": 2
        },
        "sizeBytes": {
         "type": "uint64",
         "id": 3
        }
       }
      },
      "Manifest": {
       "fields": {
        "files": {
         "rule": "repeated",
         "type": "ModelFile",
         "id": 1
        }
       }
      },
      "Architecture": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "uint32",
         "id": 2
        },
        "task": {
         "type": "string",
         "id": 3
        },
        "modelDigest": {
         "type": "string",
         "id": 4
        },
        "manifest": {
         "type": "Manifest",
         "id": 5
        },
        "signature": {
         "type": "Signature",
         "id": 6
        },
        "maxBatchSize": {
         "type": "uint32",
         "id": 7
        },
        "fixedBatch": {
         "type": "uint32",
         "id": 8
        },
        "recipes": {
         "rule": "repeated",
         "type": "string",
         "id": 9
        },
        "keepDominated": {
         "type": "bool",
         "id": 10
        },
        "servedVersion": {
         "type": "uint32",
         "id": 11
        },
        "labels": {
         "keyType": "string",
         "type": "string",
         "id": 12
        }
       }
      },
      "RecipeOutcome": {
       "fields": {
        "architecture": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "uint32",
         "id": 2
        },
        "recipe": {
         "type": "string",
         "id": 3
        },
        "manifest": {
         "type": "Manifest",
         "id": 4
        },
        "modelDigest": {
         "type": "string",
         "id": 5
        },
        "similarity": {
         "type": "double",
         "id": 6
        },
        "note": {
         "type": "string",
         "id": 7
        },
        "declined": {
         "type": "string",
         "id": 8
        },
        "error": {
         "type": "string",
         "id": 9
        }
       }
      },
      "ProfilePoint": {
       "fields": {
        "batch": {
         "type": "uint32",
         "id": 1
        },
        "p50Ms": {
         "type": "double",
         "id": 2
        },
        "p95Ms": {
         "type": "double",
         "id": 3
        },
        "p99Ms": {
         "type": "double",
         "id": 4
        },
        "runs": {
         "type": "uint32",
         "id": 5
        }
       }
      },
      "InputShape": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "dims": {
         "rule": "repeated",
         "type": "int64",
         "id": 2
        }
       }
      },
      "ShapeBucket": {
       "fields": {
        "shapes": {
         "rule": "repeated",
         "type": "InputShape",
         "id": 1
        },
        "points": {
         "rule": "repeated",
         "type": "ProfilePoint",
         "id": 2
        }
       }
      },
      "Profile": {
       "oneofs": {
        "_predictionError": {
         "oneof": [
          "predictionError"
         ]
        }
       },
       "fields": {
        "points": {
         "rule": "repeated",
         "type": "ProfilePoint",
         "id": 1
        },
        "loadMs": {
         "type": "double",
         "id": 2
        },
        "memoryBytes": {
         "type": "uint64",
         "id": 3
        },
        "runtimeVersion": {
         "type": "string",
         "id": 4
        },
        "providerUsed": {
         "type": "string",
         "id": 5
        },
        "coldLoadMs": {
         "type": "double",
         "id": 6
        },
        "baseMemoryBytes": {
         "type": "uint64",
         "id": 7
        },
        "predictionError": {
         "type": "double",
         "id": 8,
         "options": {
          "proto3_optional": true
         }
        },
        "nodesByProvider": {
         "keyType": "string",
         "type": "uint32",
         "id": 9
        },
        "shapes": {
         "rule": "repeated",
         "type": "InputShape",
         "id": 10
        },
        "notRunReason": {
         "type": "string",
         "id": 11
        },
        "provisional": {
         "type": "bool",
         "id": 12
        },
        "noise": {
         "type": "double",
         "id": 13
        },
        "buckets": {
         "rule": "repeated",
         "type": "ShapeBucket",
         "id": 14
        },
        "rows": {
         "type": "RowIsolation",
         "id": 15
        }
       }
      },
      "RowIsolation": {
       "fields": {
        "verdict": {
         "type": "string",
         "id": 1
        },
        "maxBatch": {
         "type": "uint32",
         "id": 2
        },
        "reason": {
         "type": "string",
         "id": 3
        },
        "live": {
         "type": "bool",
         "id": 4
        }
       }
      },
      "SampleScores": {
       "fields": {
        "set": {
         "type": "string",
         "id": 1
        },
        "count": {
         "type": "uint32",
         "id": 2
        },
        "bits": {
         "type": "uint32",
         "id": 3
        },
        "low": {
         "type": "double",
         "id": 4
        },
        "high": {
         "type": "double",
         "id": 5
        },
        "codes": {
         "type": "string",
         "id": 6
        }
       }
      },
      "Measurement": {
       "oneofs": {
        "_agreement": {
         "oneof": [
          "agreement"
         ]
        }
       },
       "fields": {
        "variant": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "uint32",
         "id": 2
        },
        "hardwareClass": {
         "type": "string",
         "id": 3
        },
        "profile": {
         "type": "Profile",
         "id": 4
        },
        "accuracy": {
         "type": "Accuracy",
         "id": 5
        },
        "error": {
         "type": "string",
         "id": 6
        },
        "agreement": {
         "type": "double",
         "id": 7,
         "options": {
          "proto3_optional": true
         }
        },
        "environment": {
         "type": "string",
         "id": 8
        },
        "costPer_1k": {
         "type": "double",
         "id": 9
        },
        "scores": {
         "type": "SampleScores",
         "id": 10
        },
        "accuracyRank": {
         "type": "uint32",
         "id": 11
        },
        "disagreement": {
         "type": "string",
         "id": 12
        }
       }
      },
      "Variant": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "architecture": {
         "type": "string",
         "id": 2
        },
        "version": {
         "type": "uint32",
         "id": 3
        },
        "recipe": {
         "type": "string",
         "id": 4
        },
        "provider": {
         "type": "string",
         "id": 5
        },
        "measurements": {
         "rule": "repeated",
         "type": "Measurement",
         "id": 6
        },
        "replicasReady": {
         "type": "uint32",
         "id": 7
        },
        "state": {
         "type": "string",
         "id": 8
        },
        "costPer_1k": {
         "type": "double",
         "id": 9
        },
        "quarantineReason": {
         "type": "string",
         "id": 10
        },
        "option": {
         "type": "string",
         "id": 11
        },
        "sizeBytes": {
         "type": "uint64",
         "id": 12
        },
        "dominatedBy": {
         "type": "string",
         "id": 13
        },
        "note": {
         "type": "string",
         "id": 14
        },
        "denied": {
         "type": "string",
         "id": 15
        }
       }
      },
      "RegisterTaskRequest": {
       "oneofs": {
        "_minAgreement": {
         "oneof": [
          "minAgreement"
         ]
        }
       },
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "metric": {
         "type": "string",
         "id": 2
        },
        "defaultObjective": {
         "type": "Objective",
         "id": 3
        },
        "validationDigest": {
         "type": "string",
         "id": 4
        },
        "minAgreement": {
         "type": "double",
         "id": 5,
         "options": {
          "proto3_optional": true
         }
        }
       }
      },
      "RegisterArchitectureRequest": {
       "oneofs": {
        "_maxBatchSize": {
         "oneof": [
          "maxBatchSize"
         ]
        }
       },
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "task": {
         "type": "string",
         "id": 2
        },
        "manifest": {
         "type": "Manifest",
         "id": 3
        },
        "recipes": {
         "rule": "repeated",
         "type": "string",
         "id": 4
        },
        "keepDominated": {
         "type": "bool",
         "id": 5
        },
        "maxBatchSize": {
         "type": "uint32",
         "id": 6,
         "options": {
          "proto3_optional": true
         }
        },
        "labels": {
         "keyType": "string",
         "type": "string",
         "id": 7
        },
        "version": {
         "type": "uint32",
         "id": 8
        }
       }
      },
      "ListRequest": {
       "fields": {
        "task": {
         "type": "string",
         "id": 1
        }
       }
      },
      "ListResponse": {
       "fields": {
        "tasks": {
         "rule": "repeated",
         "type": "Task",
         "id": 1
        },
        "architectures": {
         "rule": "repeated",
         "type": "Architecture",
         "id": 2
        },
        "variants": {
         "rule": "repeated",
         "type": "Variant",
         "id": 3
        },
        "outcomes": {
         "rule": "repeated",
         "type": "RecipeOutcome",
         "id": 4
        }
       }
      },
      "DescribeRequest": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        }
       }
      },
      "DescribeResponse": {
       "fields": {
        "task": {
         "type": "Task",
         "id": 1
        },
        "architectures": {
         "rule": "repeated",
         "type": "Architecture",
         "id": 2
        },
        "variants": {
         "rule": "repeated",
         "type": "Variant",
         "id": 3
        },
        "outcomes": {
         "rule": "repeated",
         "type": "RecipeOutcome",
         "id": 4
        }
       }
      },
      "DeleteRequest": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        }
       }
      },
      "DeleteResponse": {
       "fields": {}
      },
      "ProfileRequest": {
       "fields": {
        "variant": {
         "type": "string",
         "id": 1
        }
       }
      },
      "ProfileResponse": {
       "fields": {}
      },
      "JobsRequest": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        }
       }
      },
      "JobsResponse": {
       "fields": {
        "jobs": {
         "rule": "repeated",
         "type": "Job",
         "id": 1
        }
       }
      },
      "Job": {
       "fields": {
        "architecture": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "uint32",
         "id": 2
        },
        "task": {
         "type": "string",
         "id": 3
        },
        "steps": {
         "rule": "repeated",
         "type": "JobStep",
         "id": 4
        },
        "done": {
         "type": "bool",
         "id": 5
        }
       }
      },
      "JobStep": {
       "fields": {
        "kind": {
         "type": "string",
         "id": 1
        },
        "recipe": {
         "type": "string",
         "id": 2
        },
        "variant": {
         "type": "string",
         "id": 3
        },
        "hardwareClass": {
         "type": "string",
         "id": 4
        },
        "state": {
         "type": "string",
         "id": 5
        },
        "detail": {
         "type": "string",
         "id": 6
        },
        "worker": {
         "type": "string",
         "id": 7
        }
       }
      },
      "Rule": {
       "fields": {
        "id": {
         "type": "string",
         "id": 1
        },
        "kind": {
         "type": "string",
         "id": 2
        },
        "tenant": {
         "type": "string",
         "id": 3
        },
        "task": {
         "type": "string",
         "id": 4
        },
        "target": {
         "type": "string",
         "id": 5
        },
        "reason": {
         "type": "string",
         "id": 6
        },
        "actor": {
         "type": "string",
         "id": 7
        },
        "ageMs": {
         "type": "double",
         "id": 8
        },
        "remainingMs": {
         "type": "double",
         "id": 9
        }
       }
      },
      "SetRuleRequest": {
       "fields": {
        "kind": {
         "type": "string",
         "id": 1
        },
        "task": {
         "type": "string",
         "id": 2
        },
        "target": {
         "type": "string",
         "id": 3
        },
        "reason": {
         "type": "string",
         "id": 4
        },
        "actor": {
         "type": "string",
         "id": 5
        },
        "durationMs": {
         "type": "double",
         "id": 6
        }
       }
      },
      "LiftRuleRequest": {
       "fields": {
        "id": {
         "type": "string",
         "id": 1
        },
        "actor": {
         "type": "string",
         "id": 2
        }
       }
      },
      "ListRulesRequest": {
       "fields": {}
      },
      "ListRulesResponse": {
       "fields": {
        "rules": {
         "rule": "repeated",
         "type": "Rule",
         "id": 1
        },
        "events": {
         "rule": "repeated",
         "type": "RuleEvent",
         "id": 2
        }
       }
      },
      "RuleEvent": {
       "fields": {
        "kind": {
         "type": "string",
         "id": 1
        },
        "ageMs": {
         "type": "double",
         "id": 2
        },
        "actor": {
         "type": "string",
         "id": 3
        },
        "rule": {
         "type": "Rule",
         "id": 4
        }
       }
      },
      "StatRequest": {
       "fields": {
        "digest": {
         "type": "string",
         "id": 1
        }
       }
      },
      "StatResponse": {
       "fields": {
        "complete": {
         "type": "bool",
         "id": 1
        },
        "receivedBytes": {
         "type": "uint64",
         "id": 2
        }
       }
      },
      "UploadRequest": {
       "fields": {
        "digest": {
         "type": "string",
         "id": 1
        },
        "sizeBytes": {
         "type": "uint64",
         "id": 2
        },
        "offset": {
         "type": "uint64",
         "id": 3
        },
        "data": {
         "type": "bytes",
         "id": 4
        }
       }
      },
      "UploadResponse": {
       "fields": {
        "digest": {
         "type": "string",
         "id": 1
        },
        "sizeBytes": {
         "type": "uint64",
         "id": 2
        }
       }
      },
      "DownloadRequest": {
       "fields": {
        "digest": {
         "type": "string",
         "id": 1
        },
        "offset": {
         "type": "uint64",
         "id": 2
        },
        "recheck": {
         "type": "bool",
         "id": 3
        }
       }
      },
      "DownloadResponse": {
       "fields": {
        "data": {
         "type": "bytes",
         "id": 1
        }
       }
      },
      "BackupRequest": {
       "fields": {}
      },
      "BackupResponse": {
       "fields": {
        "data": {
         "type": "bytes",
         "id": 1
        }
       }
      },
      "RestoreRequest": {
       "fields": {
        "digest": {
         "type": "string",
         "id": 1
        }
       }
      },
      "RestoreResponse": {
       "fields": {
        "tasks": {
         "type": "uint32",
         "id": 1
        },
        "architectures": {
         "type": "uint32",
         "id": 2
        },
        "missingFiles": {
         "type": "uint32",
         "id": 3
        }
       }
      },
      "Inference": {
       "methods": {
        "Infer": {
         "requestType": "InferRequest",
         "responseType": "InferResponse"
        },
        "Explain": {
         "requestType": "ExplainRequest",
         "responseType": "ExplainResponse"
        },
        "WhatIf": {
         "requestType": "WhatIfRequest",
         "responseType": "WhatIfResponse"
        }
       }
      },
      "Objective": {
       "oneofs": {
        "_latencyMs": {
         "oneof": [
          "latencyMs"
         ]
        },
        "_minAccuracy": {
         "oneof": [
          "minAccuracy"
         ]
        },
        "_maxCostPer_1k": {
         "oneof": [
          "maxCostPer_1k"
         ]
        }
       },
       "fields": {
        "latencyMs": {
         "type": "double",
         "id": 1,
         "options": {
          "proto3_optional": true
         }
        },
        "minAccuracy": {
         "type": "double",
         "id": 2,
         "options": {
          "proto3_optional": true
         }
        },
        "maxCostPer_1k": {
         "type": "double",
         "id": 3,
         "options": {
          "proto3_optional": true
         }
        },
        "class": {
         "type": "Class",
         "id": 4
        },
        "accuracyBound": {
         "type": "AccuracyBound",
         "id": 5
        },
        "degrade": {
         "type": "Degrade",
         "id": 6
        }
       },
       "nested": {
        "Class": {
         "values": {
          "CLASS_UNSPECIFIED": 0,
          "ONLINE": 1,
          "OFFLINE": 2
         }
        },
        "AccuracyBound": {
         "values": {
          "ACCURACY_BOUND_UNSPECIFIED": 0,
          "POINT": 1,
          "LOWER95": 2
         }
        },
        "Degrade": {
         "values": {
          "DEGRADE_UNSPECIFIED": 0,
          "FORBID": 1,
          "ALLOW": 2
         }
        }
       }
      },
      "Tensor": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "datatype": {
         "type": "string",
         "id": 2
        },
        "shape": {
         "rule": "repeated",
         "type": "int64",
         "id": 3
        },
        "contents": {
         "type": "bytes",
         "id": 4
        }
       }
      },
      "InferRequest": {
       "fields": {
        "target": {
         "type": "string",
         "id": 1
        },
        "objective": {
         "type": "Objective",
         "id": 2
        },
        "inputs": {
         "rule": "repeated",
         "type": "Tensor",
         "id": 3
        },
        "outputs": {
         "rule": "repeated",
         "type": "string",
         "id": 4
        },
        "id": {
         "type": "string",
         "id": 5
        }
       }
      },
      "InferResponse": {
       "fields": {
        "id": {
         "type": "string",
         "id": 1
        },
        "outputs": {
         "rule": "repeated",
         "type": "Tensor",
         "id": 2
        },
        "variant": {
         "type": "string",
         "id": 3
        },
        "accuracy": {
         "type": "Accuracy",
         "id": 4
        },
        "costUsd": {
         "type": "double",
         "id": 5
        },
        "degraded": {
         "type": "bool",
         "id": 6
        },
        "coldStart": {
         "type": "bool",
         "id": 7
        },
        "decisionId": {
         "type": "string",
         "id": 8
        },
        "latencyMs": {
         "type": "double",
         "id": 9
        }
       }
      },
      "Accuracy": {
       "fields": {
        "metric": {
         "type": "string",
         "id": 1
        },
        "value": {
         "type": "double",
         "id": 2
        },
        "lower95": {
         "type": "double",
         "id": 3
        },
        "upper95": {
         "type": "double",
         "id": 4
        },
        "samples": {
         "type": "uint32",
         "id": 5
        }
       }
      },
      "ExplainRequest": {
       "fields": {
        "decisionId": {
         "type": "string",
         "id": 1
        }
       }
      },
      "ExplainResponse": {
       "fields": {
        "decisionId": {
         "type": "string",
         "id": 1
        },
        "target": {
         "type": "string",
         "id": 2
        },
        "objective": {
         "type": "Objective",
         "id": 3
        },
        "outcome": {
         "type": "string",
         "id": 4
        },
        "candidates": {
         "rule": "repeated",
         "type": "Candidate",
         "id": 5
        },
        "verdicts": {
         "keyType": "string",
         "type": "uint32",
         "id": 6
        },
        "worker": {
         "type": "string",
         "id": 7
        },
        "ageMs": {
         "type": "double",
         "id": 8
        },
        "tableVersion": {
         "type": "string",
         "id": 9
        }
       }
      },
      "Candidate": {
       "fields": {
        "variant": {
         "type": "string",
         "id": 1
        },
        "hardwareClass": {
         "type": "string",
         "id": 2
        },
        "verdict": {
         "type": "string",
         "id": 3
        },
        "predictedMs": {
         "type": "double",
         "id": 4
        },
        "slackMs": {
         "type": "double",
         "id": 5
        },
        "costPer_1k": {
         "type": "double",
         "id": 6
        },
        "accuracy": {
         "type": "Accuracy",
         "id": 7
        },
        "replicasReady": {
         "type": "uint32",
         "id": 8
        },
        "detail": {
         "type": "string",
         "id": 9
        },
        "accuracyRank": {
         "type": "uint32",
         "id": 10
        }
       }
      },
      "WhatIfRequest": {
       "fields": {
        "target": {
         "type": "string",
         "id": 1
        },
        "objective": {
         "type": "Objective",
         "id": 2
        }
       }
      },
      "WhatIfResponse": {
       "fields": {
        "feasible": {
         "type": "bool",
         "id": 1
        },
        "warm": {
         "type": "bool",
         "id": 2
        },
        "candidates": {
         "rule": "repeated",
         "type": "Candidate",
         "id": 3
        },
        "nearest": {
         "type": "Objective",
         "id": 4
        },
        "nearestBy": {
         "type": "Candidate",
         "id": 5
        },
        "reason": {
         "type": "string",
         "id": 6
        }
       }
      },
      "Routes": {
       "methods": {
        "Watch": {
         "requestType": "RouterMessage",
         "requestStream": true,
         "responseType": "TableMessage",
         "responseStream": true
        },
        "Statistics": {
         "requestType": "StatisticsRequest",
         "responseType": "StatisticsResponse"
        },
        "SetWarmth": {
         "requestType": "SetWarmthRequest",
         "responseType": "SetWarmthResponse"
        }
       }
      },
      "StatisticsRequest": {
       "fields": {
        "variants": {
         "rule": "repeated",
         "type": "string",
         "id": 1
        }
       }
      },
      "StatisticsResponse": {
       "fields": {
        "variants": {
         "rule": "repeated",
         "type": "VariantStatistics",
         "id": 1
        }
       }
      },
      "VariantStatistics": {
       "fields": {
        "variant": {
         "type": "string",
         "id": 1
        },
        "version": {
         "type": "uint32",
         "id": 2
        },
        "items": {
         "type": "uint64",
         "id": 3
        },
        "executions": {
         "type": "uint64",
         "id": 4
        },
        "counts": {
         "type": "InferCounts",
         "id": 5
        }
       }
      },
      "SetWarmthRequest": {
       "fields": {
        "tenant": {
         "type": "string",
         "id": 1
        },
        "target": {
         "type": "string",
         "id": 2
        },
        "warm": {
         "type": "bool",
         "id": 3
        }
       }
      },
      "SetWarmthResponse": {
       "fields": {
        "epoch": {
         "type": "string",
         "id": 1
        },
        "revision": {
         "type": "uint64",
         "id": 2
        }
       }
      },
      "RouterMessage": {
       "oneofs": {
        "message": {
         "oneof": [
          "hello",
          "demand",
          "workerLost",
          "workerReach"
         ]
        }
       },
       "fields": {
        "hello": {
         "type": "RouterHello",
         "id": 1
        },
        "demand": {
         "type": "Demand",
         "id": 2
        },
        "workerLost": {
         "type": "WorkerLost",
         "id": 3
        },
        "workerReach": {
         "type": "WorkerReach",
         "id": 4
        }
       }
      },
      "WorkerLost": {
       "fields": {
        "workerId": {
         "type": "string",
         "id": 1
        }
       }
      },
      "WorkerReach": {
       "fields": {
        "workers": {
         "rule": "repeated",
         "type": "ReachedWorker",
         "id": 1
        }
       }
      },
      "ReachedWorker": {
       "fields": {
        "workerId": {
         "type": "string",
         "id": 1
        },
        "incarnation": {
         "type": "string",
         "id": 2
        }
       }
      },
      "RouterHello": {
       "fields": {
        "routerId": {
         "type": "string",
         "id": 1
        },
        "address": {
         "type": "string",
         "id": 2
        },
        "epoch": {
         "type": "string",
         "id": 3
        },
        "revision": {
         "type": "uint64",
         "id": 4
        },
        "acceptFollower": {
         "type": "bool",
         "id": 5
        }
       }
      },
      "Demand": {
       "fields": {
        "windowMs": {
         "type": "double",
         "id": 1
        },
        "entries": {
         "rule": "repeated",
         "type": "DemandEntry",
         "id": 2
        },
        "limitsReached": {
         "rule": "repeated",
         "type": "LimitCount",
         "id": 3
        }
       }
      },
      "DemandEntry": {
       "oneofs": {
        "_offeredItems": {
         "oneof": [
          "offeredItems"
         ]
        }
       },
       "fields": {
        "tenant": {
         "type": "string",
         "id": 1
        },
        "target": {
         "type": "string",
         "id": 2
        },
        "objective": {
         "type": "Objective",
         "id": 3
        },
        "requests": {
         "type": "uint64",
         "id": 4
        },
        "items": {
         "type": "uint64",
         "id": 5
        },
        "refused": {
         "type": "uint64",
         "id": 6
        },
        "violations": {
         "type": "uint64",
         "id": 7
        },
        "held": {
         "type": "uint64",
         "id": 8
        },
        "heldVariant": {
         "type": "string",
         "id": 9
        },
        "itemsByVariant": {
         "keyType": "string",
         "type": "uint64",
         "id": 10
        },
        "latencyCounts": {
         "keyType": "uint32",
         "type": "uint64",
         "id": 11
        },
        "failed": {
         "type": "uint64",
         "id": 12
        },
        "offeredItems": {
         "type": "uint64",
         "id": 13,
         "options": {
          "proto3_optional": true
         }
        },
        "infeasible": {
         "type": "uint64",
         "id": 14
        }
       }
      },
      "TableMessage": {
       "fields": {
        "epoch": {
         "type": "string",
         "id": 1
        },
        "revision": {
         "type": "uint64",
         "id": 2
        },
        "snapshot": {
         "type": "bool",
         "id": 3
        },
        "rows": {
         "rule": "repeated",
         "type": "TableRow",
         "id": 4
        },
        "removed": {
         "rule": "repeated",
         "type": "string",
         "id": 5
        },
        "heartbeat": {
         "type": "bool",
         "id": 6
        },
        "storeAgeMs": {
         "type": "uint64",
         "id": 7
        }
       }
      },
      "TableRow": {
       "oneofs": {
        "row": {
         "oneof": [
          "task",
          "architecture",
          "variant",
          "profile",
          "replica",
          "router",
          "rule"
         ]
        }
       },
       "fields": {
        "key": {
         "type": "string",
         "id": 1
        },
        "task": {
         "type": "Task",
         "id": 2
        },
        "architecture": {
         "type": "Architecture",
         "id": 3
        },
        "variant": {
         "type": "VariantRow",
         "id": 4
        },
        "profile": {
         "type": "ProfileRow",
         "id": 5
        },
        "replica": {
         "type": "ReplicaRow",
         "id": 6
        },
        "router": {
         "type": "RouterInfo",
         "id": 7
        },
        "rule": {
         "type": "RuleRow",
         "id": 8
        }
       }
      },
      "VariantRow": {
       "fields": {
        "variant": {
         "type": "string",
         "id": 1
        },
        "architecture": {
         "type": "string",
         "id": 2
        },
        "version": {
         "type": "uint32",
         "id": 3
        },
        "recipe": {
         "type": "string",
         "id": 4
        },
        "hardwareClass": {
         "type": "string",
         "id": 5
        },
        "accuracy": {
         "type": "Accuracy",
         "id": 6
        },
        "profileDigest": {
         "type": "string",
         "id": 7
        },
        "costPer_1k": {
         "type": "double",
         "id": 8
        },
        "usdPerHour": {
         "type": "double",
         "id": 9
        },
        "placeable": {
         "type": "bool",
         "id": 10
        },
        "quarantineReason": {
         "type": "string",
         "id": 11
        },
        "maxBatchSize": {
         "type": "uint32",
         "id": 13
        },
        "dominatedBy": {
         "type": "string",
         "id": 14
        },
        "dominatedWithin": {
         "type": "bool",
         "id": 15
        },
        "measurementError": {
         "type": "string",
         "id": 12
        },
        "accuracyRank": {
         "type": "uint32",
         "id": 16
        },
        "accuracyRankWithin": {
         "type": "uint32",
         "id": 17
        },
        "disagreement": {
         "type": "string",
         "id": 18
        }
       }
      },
      "RuleRow": {
       "fields": {
        "id": {
         "type": "string",
         "id": 1
        },
        "kind": {
         "type": "string",
         "id": 2
        },
        "tenant": {
         "type": "string",
         "id": 3
        },
        "task": {
         "type": "string",
         "id": 4
        },
        "target": {
         "type": "string",
         "id": 5
        },
        "reason": {
         "type": "string",
         "id": 6
        }
       }
      },
      "ProfileRow": {
       "fields": {
        "digest": {
         "type": "string",
         "id": 1
        },
        "profile": {
         "type": "Profile",
         "id": 2
        }
       }
      },
      "ReplicaRow": {
       "fields": {
        "replicaId": {
         "type": "string",
         "id": 1
        },
        "variant": {
         "type": "string",
         "id": 2
        },
        "version": {
         "type": "uint32",
         "id": 3
        },
        "hardwareClass": {
         "type": "string",
         "id": 4
        },
        "workerId": {
         "type": "string",
         "id": 5
        },
        "address": {
         "type": "string",
         "id": 6
        },
        "state": {
         "type": "ReplicaState",
         "id": 7
        },
        "batchCeiling": {
         "type": "uint32",
         "id": 8
        }
       }
      }
     }
    }
   }
  }
 }
}`) as object;
