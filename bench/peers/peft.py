"""Times a training step of PyTorch and PEFT on a GGUF file's weights in f32, and prints one JSON object.

    python peft.py FILE.gguf MENU EXAMPLE THREADS

The keys and values of a menu of MENU tokens are known, as with an activated adapter; a step is forward, backward and
AdamW on an example of EXAMPLE tokens behind it, of which the second half is learned. The adapter is what this project
makes: rank 8, on all linear layers.
"""

from __future__ import annotations

import sys

# A file of this name would be taken for the package.
sys.path.pop(0)

import copy
import json
import os
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import peft
import torch
from transformers import AutoModelForCausalLM

STEPS = 6
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def peak() -> int:
    """Bytes of memory that the process has had at most."""
    status = Path("/proc/self/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def main(file: Path, menu_tokens: int, example_tokens: int, threads: int) -> None:
    """Measures."""
    torch.set_num_threads(threads)
    began = time.perf_counter()
    base = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    load = time.perf_counter() - began
    config = peft.LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM")
    model = peft.get_peft_model(base, config)
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=1e-3)
    ids = torch.randint(0, base.config.vocab_size, (1, menu_tokens + example_tokens))
    menu, example = ids[:, :menu_tokens], ids[:, menu_tokens:]
    labels = example.clone()
    labels[:, : example_tokens // 2] = -100
    with torch.no_grad(), model.disable_adapter():
        known = model(input_ids=menu, use_cache=True).past_key_values
    seconds = []
    for _ in range(STEPS):
        cache = copy.deepcopy(known)
        began = time.perf_counter()
        out = model(input_ids=example, attention_mask=torch.ones_like(ids), past_key_values=cache, labels=labels)
        out.loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(time.perf_counter() - began)
    figures = {"load": load, "step": min(seconds), "exampleMenuTokens": menu_tokens, "exampleTokens": example_tokens}
    print(json.dumps({**figures, "trainingPeak": peak(), "version": f"{torch.__version__} and {peft.__version__}"}))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
