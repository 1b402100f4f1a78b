"""Checks with PEFT and the `gguf` package an adapter that the Rust crate wrote as a GGUF file: it changes the weights as PEFT does.

    python check_gguf_adapter.py BASE_DIR ADAPTER_DIR...

Each ADAPTER_DIR has the adapter as `adapter.gguf` beside PEFT's files. The exit code is 0 if each weight changes by the same numbers, as far
as the type of the file can tell them apart, and else 1, with the reason.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from common import fix_torch, open_base
from make_gguf import alternating, stored_name

import gguf
import numpy as np
from peft import PeftModel
from peft.tuners.lora import LoraLayer

# Of the largest number of a change. Both matrices are rounded to f16, by half of 2^-11 of their numbers.
TOLERANCE = {gguf.GGMLQuantizationType.F32: 1e-6, gguf.GGMLQuantizationType.F16: 2e-3}


@dataclass(frozen=True)
class Reference:
    """What PEFT makes of an adapter."""

    architecture: str
    # What it adds to each weight, under the weight's name in GGUF files and with its rows in the order there.
    changes: dict[str, np.ndarray]


def open_with_peft(base_dir: Path, adapter_dir: Path) -> Reference:
    """The adapter on its base."""
    model = PeftModel.from_pretrained(open_base(base_dir), adapter_dir, torch_device="cpu")
    config = model.config
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    changes = {}
    for name, layer in model.base_model.model.named_modules():
        if isinstance(layer, LoraLayer) and "default" in layer.lora_A:
            change = layer.get_delta_weight("default").detach().numpy()
            module = name.rsplit(".", 1)[-1]
            if config.model_type == "llama" and module in heads:
                change = alternating(change, heads[module])
            changes[stored_name(f"{name}.weight")] = change
    return Reference(config.model_type, changes)


def invocation_of(adapter_dir: Path) -> list[int]:
    """The tokens from which on an activated adapter is at work; empty for any other."""
    return json.loads((adapter_dir / "adapter_config.json").read_text()).get("alora_invocation_tokens") or []


def check(base_dir: Path, adapter_dir: Path) -> None:
    """Compares, and ends the program with the reason if something differs."""
    path = adapter_dir / "adapter.gguf"
    reader = gguf.GGUFReader(path)
    field = {key: reader.fields[key].contents() for key in reader.fields}
    reference = open_with_peft(base_dir, adapter_dir)
    expected = {"general.architecture": reference.architecture, "general.type": "adapter", "adapter.type": "lora"}
    wrong = {key: field.get(key) for key, value in expected.items() if field.get(key) != value}
    if wrong:
        sys.exit(f"FAILED: {path}: {wrong}")
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    names = {f"{name}.lora_{matrix}" for name in reference.changes for matrix in "ab"}
    if set(tensors) != names:
        sys.exit(f"FAILED: {path}: missing {sorted(names - set(tensors))}, unknown {sorted(set(tensors) - names)}")

    worst = 0.0
    for name, change in reference.changes.items():
        a, b = (tensors[f"{name}.lora_{matrix}"] for matrix in "ab")
        kind = a.tensor_type
        # The reader gives shapes outermost first.
        a, b = (np.asarray(tensor.data, dtype=np.float64) for tensor in (a, b))
        ours = field["adapter.lora.alpha"] / len(a) * b @ a
        if ours.shape != change.shape:
            sys.exit(f"FAILED: {name} changes by a matrix of shape {list(ours.shape)}, expected {list(change.shape)}")
        difference = np.abs(ours - change).max() / max(np.abs(change).max(), 1e-30)
        if not difference <= TOLERANCE[kind]:
            sys.exit(f"FAILED: {name} ({kind.name}): the change is off by {difference:.3g} of its largest number")
        worst = max(worst, difference)
    invocation = list(field.get("adapter.alora.invocation_tokens", []))
    if invocation != invocation_of(adapter_dir):
        sys.exit(f"FAILED: the invocation is {invocation}, expected {invocation_of(adapter_dir)}")
    print(f"gguf OK {len(reference.changes)} weights, {worst:.1e} at most")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    fix_torch()
    for folder in sys.argv[2:]:
        check(Path(sys.argv[1]), Path(folder))
