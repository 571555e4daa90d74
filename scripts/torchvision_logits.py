#!/usr/bin/env python3
"""What torchvision's networks answer, for the tests of axmul's own: class scores, and names and shapes of tensors.

Needs torch, torchvision and numpy; no weights are downloaded:

    python3 -m venv venv && venv/bin/pip install torch torchvision numpy
    venv/bin/python scripts/torchvision_logits.py tests/fixtures/torchvision

Weights and images follow from a formula which src/training/torch/tests/torchvision.rs evaluates too. With

    key(name)  = FNV-1a, 64 bits, of the name's bytes
    u(name, i) = (top 24 bits of mix(key(name) + (i + 1) * 0x9E3779B97F4A7C15)) / 2^23 - 1, in [-1, 1)

where mix is the finalizer of SplitMix64 (G. Steele, D. Lea and C. Flood, "Fast Splittable Pseudorandom Number
Generators", OOPSLA 2014) and i the element's index in row-major order, element i of the tensor `name` is

    weights of convolutions and linear layers   u * sqrt(6 / fan-in)
    weights of normalizations                   1 + u / 4
    running_var                                 1 + u / 2
    biases and running_mean                     u / 10

and element i of the images, of channel c = i div (rows * columns) counted over all images,
u("images", i) + 2 * u("colours", c): noise on a colour. All of it in float64, then rounded to float32.

Written are NAME.npy, float32 [2, 1000], for every network, and tensors.json: the parameters and buffers of every
network by name, with their shapes.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision

# Name in both libraries, and the side of the images.
NETWORKS = {
    "resnet18": 64,
    "resnet34": 64,
    "resnet50": 64,
    "vgg11_bn": 64,
    "vgg13_bn": 64,
    "vgg16_bn": 64,
    "vgg19_bn": 64,
    "alexnet": 96,
    "mobilenet_v2": 64,
}
IMAGES = 2
CHUNK = 1 << 22


def key(name):
    """FNV-1a of 64 bits."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def u(name, count):
    """u(name, i) for i below count, float64."""
    values = np.empty(count)
    for start in range(0, count, CHUNK):
        index = np.arange(start + 1, min(start + CHUNK, count) + 1, dtype=np.uint64)
        z = np.uint64(key(name)) + index * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        values[start : start + len(index)] = (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1
    return values


def tensor(name, shape):
    """The tensor of this name and shape, float32."""
    values = u(name, math.prod(shape))
    if name.endswith(".running_var"):
        values = 1 + values / 2
    elif name.endswith((".bias", ".running_mean")):
        values = values / 10
    elif len(shape) == 1:
        values = 1 + values / 4
    else:
        values = values * math.sqrt(6 / math.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def images(side):
    """Images of the formula, [IMAGES, 3, side, side]."""
    shape = (IMAGES, 3, side, side)
    noise = u("images", math.prod(shape)).reshape(shape)
    colours = u("colours", IMAGES * 3).reshape(IMAGES, 3, 1, 1)
    return torch.from_numpy((noise + 2 * colours).astype(np.float32))


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    about = {"torch": torch.__version__, "torchvision": torchvision.__version__, "networks": {}}
    for name, side in NETWORKS.items():
        with torch.no_grad():
            network = getattr(torchvision.models, name)(weights=None).eval()
            shapes = {}
            for tensor_name, value in network.state_dict().items():
                if tensor_name.endswith(".num_batches_tracked"):
                    continue
                shapes[tensor_name] = list(value.shape)
                value.copy_(tensor(tensor_name, tuple(value.shape)))
            scores = network(images(side))
        apart = (scores[0] - scores[1]).abs().max() / scores.abs().max()
        print(f"{name}: max |logit| {scores.abs().max():.4g}, the two images differ by {apart:.3f} of it")
        np.save(folder / f"{name}.npy", scores.numpy())
        about["networks"][name] = {"size": side, "tensors": shapes}
    lines = [
        f'    "{name}": {{"size": {of["size"]}, "tensors": {{\n'
        + ",\n".join(f'      "{t}": {json.dumps(shape)}' for t, shape in of["tensors"].items())
        + "\n    }}"
        for name, of in about["networks"].items()
    ]
    head = f'{{\n  "torch": "{about["torch"]}",\n  "torchvision": "{about["torchvision"]}",\n  "networks": {{\n'
    (folder / "tensors.json").write_text(head + ",\n".join(lines) + "\n  }\n}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: torchvision_logits.py FOLDER")
    main(Path(sys.argv[1]))
