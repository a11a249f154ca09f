"""Arrays of every datatype for the identity models of the reference, and their inputs for both forms of tritonclient."""

import numpy as np

TYPES = {
    "id-bool": ("BOOL", np.bool_),
    "id-fp16": ("FP16", np.float16),
    "id-fp32": ("FP32", np.float32),
    "id-fp64": ("FP64", np.float64),
    "id-int8": ("INT8", np.int8),
    "id-int16": ("INT16", np.int16),
    "id-int32": ("INT32", np.int32),
    "id-int64": ("INT64", np.int64),
    "id-uint16": ("UINT16", np.uint16),
    "id-uint32": ("UINT32", np.uint32),
    "id-uint64": ("UINT64", np.uint64),
}


def array_of(dtype, rows=3):
    if dtype is np.bool_:
        return np.resize([True, False, False], (rows, 4))
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        return np.resize(np.array([limits.min, limits.max, 1, 0], dtype), (rows, 4))
    return np.resize(np.array([-1.5, 0, 65504, 2**-14], dtype), (rows, 4))


def strings(rows=2):
    return np.resize(np.array(["", "ü", "a longer one", "日本"], dtype=object), (rows, 4))


def tensor(api, name, array, datatype, **options):
    made = api.InferInput(name, list(array.shape), datatype)
    made.set_data_from_numpy(array, **options)
    return made


def input_of(api, numbers, **options):
    """Returns an input `x` of FP32, with `numbers` as rows of four."""
    return [tensor(api, "x", np.array(numbers, np.float32).reshape(-1, 4), "FP32", **options)]


def large(megabytes=5):
    """Returns distinct numbers, [rows, 1024]. The default is more than the limits of gRPC's servers, if nobody raises them."""
    return np.arange(megabytes * 2**18, dtype=np.float32).reshape(-1, 1024)


def text(values):
    return [value.decode() if isinstance(value, bytes) else value for value in values.flatten().tolist()]
