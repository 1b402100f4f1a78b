"""Writes a GGUF file's weights as ONNX, in the layout that transformers.js reads.

    python export_onnx.py FILE.gguf FOLDER

`transformers` reads the file and writes its weights out in f32; the builder of onnxruntime-genai makes the graph, with a
cache of keys and values (`past_key_values`), and logits of the last position alone. From the f32 graph
`onnxruntime.quantization` makes the others: `quantize_dynamic` the one in eight bits, and MatMulNBits, in blocks of 32,
the one in four. What has more than 2 GB gets its weights in files beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import onnx
import onnx.numpy_helper
import onnxruntime
import torch
from onnx.external_data_helper import set_external_data
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

BLOCK = 32
# Tokens of the check, and how far logits in f32 may be from those of another order of sums.
CHECKED = 24
TOLERANCE = 1e-2
# Bytes of a file, at most: neither the format nor a browser takes more than 2 GB.
MOST = 1_900_000_000


def dequantize(file: Path, folder: Path) -> PreTrainedModel:
    """The file's weights in f32; writes them as a model directory of `transformers` too."""
    read = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    config = read.config
    # It says where the weights come from, which would keep them from being written.
    del config.quantization_config
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    model.load_state_dict(read.state_dict())
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
    return model.eval()


def build(weights: Path, folder: Path) -> None:
    """The graph in f32."""
    builder = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-p", "fp32", "-e", "cpu"]
    options = ["--extra_options", "hf_token=false", "prune_lm_head=true"]
    subprocess.run([*builder, "-i", weights, "-o", folder, "-c", folder.with_name("cache"), *options], check=True)


def suit(model: onnx.ModelProto, head_dim: int) -> None:
    """Changes what transformers.js, or a reader in a hurry, could not use.

    The cache's last dimension has a name, where transformers.js makes an empty cache out of numbers. And the embeddings are
    the transposed weights of the head, which would be transposed when the file is loaded: they are written as they are.
    """
    for value in [*model.graph.input, *model.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param == "kv_cache_dim":
                dim.dim_value = head_dim
    weights = {weight.name: weight for weight in model.graph.initializer}
    for node in [node for node in model.graph.node if node.op_type == "Transpose" and node.input[0] in weights]:
        embeddings = onnx.numpy_helper.to_array(weights[node.input[0]]).T
        model.graph.initializer.append(onnx.numpy_helper.from_array(embeddings.copy(), node.output[0]))
        model.graph.node.remove(node)


def check(model: PreTrainedModel, file: Path) -> None:
    """Compares the f32 graph with the model; says how far the others are."""
    ids = torch.arange(100, 100 + CHECKED)[None]
    with torch.no_grad():
        expected = model(ids).logits[0, -1].numpy()
    session = onnxruntime.InferenceSession(file)
    feeds = {"input_ids": ids.numpy(), "attention_mask": torch.ones_like(ids).numpy()}
    for value in session.get_inputs()[2:]:
        feeds[value.name] = np.zeros((1, value.shape[1], 0, value.shape[3]), np.float32)
    difference = np.abs(session.run(["logits"], feeds)[0][0, -1] - expected).max()
    largest = np.abs(expected).max()
    print(f"{file.name}: largest difference of a logit from transformers {difference:.2g}, of {largest:.3g}")
    if file.name == "model.onnx" and difference > TOLERANCE:
        sys.exit("the graph does not compute what the model does")


def save(model: onnx.ModelProto, file: Path) -> int:
    """Writes a graph; gives the number of files with its weights beside it, under the names that transformers.js asks for."""
    weights = list(model.graph.initializer)
    if sum(len(weight.raw_data) for weight in weights) <= MOST:
        onnx.save_model(model, file)
        return 0
    files, written = 1, 0
    for weight in weights:
        if written + len(weight.raw_data) > MOST:
            files, written = files + 1, 0
        written += len(weight.raw_data)
        set_external_data(weight, f"{file.name}_data" + (f"_{files - 1}" if files > 1 else ""))
    onnx.save_model(model, file)
    return files


def export(file: Path, folder: Path) -> None:
    """Writes all of it into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "onnx").mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        scratch = Path(name)
        weights = scratch / "weights"
        model = dequantize(file, weights)
        for part in ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"]:
            shutil.copy(weights / part, folder / part)
        build(weights, scratch / "f32")
        graph = onnx.load(scratch / "f32" / "model.onnx")
        config = json.loads((folder / "config.json").read_text())
        suit(graph, config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])
        source = folder / "onnx" / "model.onnx"
        beside = {"model.onnx": save(graph, source)}
        quantize_dynamic(source, scratch / "q8.onnx", weight_type=QuantType.QUInt8, use_external_data_format=True)
        beside["model_quantized.onnx"] = save(onnx.load(scratch / "q8.onnx"), folder / "onnx" / "model_quantized.onnx")
        quantizer = MatMulNBitsQuantizer(onnx.load(source), block_size=BLOCK, is_symmetric=True, accuracy_level=4)
        quantizer.process()
        beside["model_q4.onnx"] = save(quantizer.model.model, folder / "onnx" / "model_q4.onnx")
        for name in beside:
            check(model, folder / "onnx" / name)
    large = {name: files for name, files in beside.items() if files}
    config["transformers.js_config"] = {"use_external_data_format": large}
    (folder / "config.json").write_text(json.dumps(config, indent=2))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    export(Path(sys.argv[1]), Path(sys.argv[2]))
