"""Checks with `transformers` a model directory against what the Rust command line computed from it.

    autodidact inspect MODEL_DIR --reference FILE.json
    python check_seed.py MODEL_DIR FILE.json

FILE.json, written by the crate:

    {"messages": [...], "tools": [...],          the conversation, and the tools in it (may be absent or null)
     "text": "...",                              the prompt that the chat template gives, ready for an answer
     "ids": [...],                               its tokens, with no special tokens added to the text's own
     "logits_last": [vocabulary],                logits after the last of them
     "greedy": [...]}                            the most likely answer, to an end token (kept or not) or any limit

Every part is compared, and all that differ are reported. The exit code is 0 if none does, and else 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import fix_torch, load_base

import torch
import transformers
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

# Relative to the largest logit, or to 1 if they are smaller: f32 sums in another order.
LOGIT_TOLERANCE = 1e-4
# Where the best two logits are closer than this, relative as above, either is a right greedy choice.
TIE = 1e-3


def first_difference(ours: Any, theirs: Any) -> str:
    """Where two texts or lists begin to differ, and how they go on there."""
    shared = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    begin, end = max(0, shared - 10), shared + 30
    return f"differs at {shared}: transformers {ours[begin:end]!r}, the file {theirs[begin:end]!r}"


def check_text(tokenizer: PreTrainedTokenizerBase, given: dict[str, Any]) -> str | None:
    """The rendered prompt."""
    tools = given.get("tools") or None
    ours = tokenizer.apply_chat_template(given["messages"], tools=tools, add_generation_prompt=True, tokenize=False)
    return None if ours == given["text"] else first_difference(ours, given["text"])


def check_ids(tokenizer: PreTrainedTokenizerBase, given: dict[str, Any]) -> str | None:
    """The tokens of the file's text, whether or not the text is right."""
    ours = tokenizer(given["text"], add_special_tokens=False)["input_ids"]
    return None if ours == given["ids"] else first_difference(ours, given["ids"])


def check_logits(model: PreTrainedModel, given: dict[str, Any]) -> str | None:
    """The logits after the file's tokens."""
    with torch.no_grad():
        ours = model(torch.tensor([given["ids"]])).logits[0, -1]
    theirs = torch.tensor(given["logits_last"], dtype=torch.float32)
    if ours.shape != theirs.shape:
        return f"{theirs.numel()} logits, expected {ours.numel()}"
    worst, limit = (ours - theirs).abs().max().item(), LOGIT_TOLERANCE * max(1.0, ours.abs().max().item())
    return None if worst <= limit else f"max|Δ|={worst:.3g} > {limit:.3g}"


def check_greedy(model: PreTrainedModel, given: dict[str, Any]) -> str | None:
    """Every token of the answer, each after the file's own tokens before it."""
    prompt, answer = given["ids"], given["greedy"]
    if not answer:
        return "empty"
    with torch.no_grad():
        logits = model(torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
    best = logits.max(-1).values
    chosen = logits[torch.arange(len(answer)), torch.tensor(answer)]
    wrong = ((best - chosen) > TIE * logits.abs().amax(-1).clamp(min=1.0)).nonzero().flatten().tolist()
    if not wrong:
        return None
    step = wrong[0]
    margin = best[step] - chosen[step]
    return f"token {step} is {answer[step]}, expected {int(logits[step].argmax())} ({margin:.3g} better)"


def main(model_dir: Path, input_path: Path) -> None:
    """Compares, and ends the program with the reasons if something differs."""
    fix_torch()
    given = json.loads(input_path.read_text())
    tokenizer = AutoTokenizer.from_pretrained(model_dir, local_files_only=True)
    model = load_base(model_dir)
    checks: dict[str, Callable[[], str | None]] = {
        "text": lambda: check_text(tokenizer, given),
        "ids": lambda: check_ids(tokenizer, given),
        "logits_last": lambda: check_logits(model, given),
        "greedy": lambda: check_greedy(model, given),
    }
    faults = {name: fault for name, check in checks.items() if (fault := check())}
    if faults:
        sys.exit("\n".join(f"FAILED: {name}: {fault}" for name, fault in faults.items()))
    print(
        f"transformers {transformers.__version__} OK: template, {len(given['ids'])} tokens, logits, "
        f"{len(given['greedy'])} greedy tokens"
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
