"""Writes GGUF files with the writer of llama.cpp's authors, and what their decoder makes of every block format.

    python make_gguf.py [FOLDER]        FOLDER, else tests/fixtures; it has the checkpoints of make_models.py

`gguf/blocks.gguf` has a tensor for each block format, and beside it what it stands for in F32. `gguf/llama.gguf`, `qwen2.gguf`
and `qwen3.gguf` have the weights of those checkpoints, so that the same model must come of both; `split` is `qwen2` in two
files. `llama_mixed.gguf` and `qwen2_mixed.gguf` are quantized, each module in another format.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from safetensors.numpy import load_file

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

# Formats that the library can write.
WRITABLE = [Type.F32, Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0]
# Formats that it can only read, with the places of their f16 scales: any other bytes of a block may be anything.
READABLE = {Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208]}
ROWS, COLUMNS = 2, 512

MODULES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
# Formats of the quantized models; what is not named stays F32.
MIXED = {
    "token_embd": Type.Q8_0,
    "output": Type.Q5_1,
    "attn_q": Type.Q4_0,
    "attn_k": Type.Q4_1,
    "attn_v": Type.Q5_0,
    "attn_output": Type.Q8_0,
    "ffn_gate": Type.Q4_0,
    "ffn_up": Type.Q5_1,
    "ffn_down": Type.Q4_1,
}
WHOLE = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}


def random_blocks(rng: np.random.Generator, kind: Type, scales: list[int]) -> np.ndarray:
    """Rows of random blocks, with scales that are ordinary numbers."""
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (ROWS * COLUMNS // elements, size), dtype=np.uint8)
    for at in scales:
        values = rng.uniform(-0.1, 0.1, (len(blocks), 1)).astype(np.float16)
        blocks[:, at : at + 2] = values.view(np.uint8)
    return blocks.reshape(ROWS, -1)


def write_blocks(path: Path) -> None:
    """All block formats."""
    rng = np.random.default_rng(11)
    writer = gguf.GGUFWriter(path, "none")
    for kind in [*WRITABLE, *READABLE]:
        if kind in READABLE:
            data = random_blocks(rng, kind, READABLE[kind])
        else:
            data = gguf.quantize(rng.standard_normal((ROWS, COLUMNS)).astype(np.float32), kind)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        writer.add_tensor(f"{kind.name}.values", gguf.dequantize(data, kind).astype(np.float32).reshape(ROWS, COLUMNS))
    finish(writer)


def stored_name(name: str) -> str:
    """The name that llama.cpp gives a tensor."""
    if name in WHOLE:
        return WHOLE[name]
    layer, rest = name.removeprefix("model.layers.").split(".", 1)
    module, part = rest.rsplit(".", 1)
    return f"blk.{layer}.{MODULES[module]}.{part}"


def alternating(weight: np.ndarray, heads: int) -> np.ndarray:
    """The rows of q or k in the order of llama.cpp's `llama`: those of a head's two halves by turns."""
    return weight.reshape(heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    """Three control tokens, the first letters of the byte-level alphabet, and a merge of two of them."""
    letters = [*(chr(code) for code in range(ord("!"), ord("!") + size - 4)), "ab"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(["<unk>", "<s>", "</s>", *letters])
    writer.add_token_types([gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.NORMAL] * len(letters))
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")


def write_model(checkpoint: Path, path: Path, split: bool = False, mixed: bool = False) -> None:
    """The weights and the configuration of a checkpoint."""
    config = json.loads((checkpoint / "config.json").read_text())
    tensors = {}
    for file in sorted(checkpoint.glob("*.safetensors")):
        tensors |= load_file(file)
    kind, heads = config["model_type"], config["num_attention_heads"]
    rope = config.get("rope_parameters") or config
    writer = gguf.GGUFWriter(path, kind, split_max_tensors=len(tensors) // 2 + 1 if split else 0)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    if "head_dim" in config:
        writer.add_key_length(config["head_dim"])
        writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(rope["rope_theta"])
    add_vocabulary(writer, config["vocab_size"])
    for name, weight in sorted(tensors.items()):
        if kind == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
            weight = alternating(weight, heads if "q_proj" in name else config["num_key_value_heads"])
        stored, data = stored_name(name), np.ascontiguousarray(weight)
        format = MIXED.get(stored.removesuffix(".weight").rsplit(".", 1)[-1]) if mixed else None
        # Rows that fill no blocks stay as they are, as in files of llama.cpp.
        if format is None or weight.ndim < 2 or weight.shape[1] % 32:
            writer.add_tensor(stored, data)
        else:
            writer.add_tensor(stored, gguf.quantize(data, format), raw_dtype=format)
    finish(writer)


def finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(output: Path) -> None:
    """Makes all files in `output`/gguf."""
    folder = output / "gguf"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_blocks(folder / "blocks.gguf")
    for name in ["llama", "qwen2", "qwen3"]:
        write_model(output / name, folder / f"{name}.gguf")
    write_model(output / "qwen2", folder / "split.gguf", split=True)
    for name in ["llama", "qwen2"]:
        write_model(output / name, folder / f"{name}_mixed.gguf", mixed=True)
    for path in sorted(folder.iterdir()):
        print(f"wrote gguf/{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURES)
