"""Ten handwritten digits, 0 to 9, as inputs of the task `digits`."""

import json
import pathlib

import numpy as np
import tritonclient.grpc as triton

_file = pathlib.Path(__file__).parent.parent / "digits" / "ten-digits.json"
_pixels = np.array(json.loads(_file.read_text())["pixels"], np.float32) / 255


def images_of(digits):
    """Returns the inputs: the tensor `image` FP32 [len(digits), 1, 28, 28]."""
    pixels = _pixels[digits].reshape(-1, 1, 28, 28)
    image = triton.InferInput("image", list(pixels.shape), "FP32")
    image.set_data_from_numpy(pixels)
    return [image]


def classes_of(answer):
    return answer.as_numpy("logits").argmax(axis=1).tolist()


def parameters_of(answer):
    """Returns the parameters that Pareto adds to an answer, such as `pareto_variant`."""
    parameters = answer.get_response().parameters
    return {name: getattr(value, value.WhichOneof("parameter_choice")) for name, value in parameters.items()}
