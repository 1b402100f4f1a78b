"""What the reference scripts share: fixed behaviour of PyTorch, seeded numbers, rounding, and readable JSON.

Import it before `transformers`: it keeps that off the network.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # everything is made here: nothing is ever fetched
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import peft
import torch
import transformers

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

# Labels that the loss leaves out, as in PyTorch's cross entropy.
IGNORED = -100

# Significant digits in the JSON files: more than any tolerance asks for, fewer than would store an f32 exactly.
SIGNIFICANT_DIGITS = 7


def be_quiet() -> None:
    """No progress bars, no advice, and no warnings of what a later version will do."""
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")


def fix_torch() -> None:
    """One thread and deterministic kernels, so that a second run writes the same bytes."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    be_quiet()


def versions() -> dict[str, str]:
    """The libraries that the numbers come from."""
    return {
        "torch": torch.__version__.partition("+")[0],
        "transformers": transformers.__version__,
        "peft": peft.__version__,
    }


def normal(rng: np.random.Generator, shape: Sequence[int], std: float, mean: float = 0.0) -> torch.Tensor:
    """Normal numbers in f32. From NumPy, whose generator, unlike PyTorch's, gives the same bits on every processor."""
    return torch.from_numpy((mean + std * rng.standard_normal(tuple(shape))).astype(np.float32))


def token_ids(rng: np.random.Generator, count: int, vocab_size: int) -> list[int]:
    """Random ids, without the first four, which stand for special tokens."""
    return [int(i) for i in rng.integers(4, vocab_size, count)]


def rounded(value: Any) -> Any:
    """A tensor or number as nested lists of numbers with `SIGNIFICANT_DIGITS` digits."""
    if isinstance(value, torch.Tensor):
        value = value.detach().tolist()
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes one line for each key of `content`, so that a difference between two versions shows where it is."""
    lines = (f"  {json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in content.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def load_base(folder: Path) -> transformers.PreTrainedModel:
    """The model in `folder`, upcast to f32, with the plainest attention, ready for inference."""
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True
    )
    return model.eval()


def open_base(folder: Path) -> transformers.PreTrainedModel:
    """The model in `folder`; where there is no such folder, the quantized model of that name of make_gguf.py, in f32."""
    if folder.exists():
        return load_base(folder)
    import gguf
    from make_gguf import stored_name

    model = load_base(folder.with_name(folder.name.removesuffix("_mixed")))
    reader = gguf.GGUFReader(folder.parent / "gguf" / f"{folder.name}.gguf")
    tensors = {tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(torch.from_numpy(tensors[stored_name(name)].copy()).reshape(weight.shape))
    return model
