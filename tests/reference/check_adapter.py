"""Checks with PEFT an adapter that the Rust crate wrote: it opens, and gives the logits that the crate computed.

    python check_adapter.py BASE_DIR ADAPTER_DIR INPUT.json

INPUT.json, written by the crate:

    {"input_ids": [batch][tokens], "logits": [batch][positions][vocabulary], "positions": [positions]}

`positions` says which tokens the logits belong to; without it there are logits for every token. Sequences of one file
have one length. The exit code is 0 if the largest difference is at most 1e-4, and else 1, with the reason.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from common import fix_torch, open_base

import peft
import torch
from peft import PeftModel

TOLERANCE = 1e-4


def main(base_dir: Path, adapter_dir: Path, input_path: Path) -> None:
    """Compares, and ends the program with the reason if something differs."""
    fix_torch()
    given = json.loads(input_path.read_text())
    input_ids = torch.tensor(given["input_ids"])
    theirs = torch.tensor(given["logits"], dtype=torch.float32)

    model = PeftModel.from_pretrained(open_base(base_dir), adapter_dir, torch_device="cpu")
    # PEFT at most warns of weights that the file lacks or that the model has no place for: here both are faults.
    stored = set(peft.utils.load_peft_weights(str(adapter_dir), device="cpu"))
    expected = set(peft.get_peft_model_state_dict(model, save_embedding_layers=False))
    if stored != expected:
        sys.exit(f"FAILED: {adapter_dir}: missing {sorted(expected - stored)}, unknown {sorted(stored - expected)}")

    with torch.no_grad():
        ours = model.eval()(input_ids).logits
        with model.disable_adapter():
            base = model(input_ids).logits
    positions = given.get("positions", list(range(ours.shape[1])))
    ours, base = ours[:, positions], base[:, positions]
    if ours.shape != theirs.shape:
        sys.exit(f"FAILED: {input_path} has logits of shape {list(theirs.shape)}, expected {list(ours.shape)}")

    difference = (ours - theirs).abs()
    worst = difference.max().item()
    if not worst <= TOLERANCE:  # so that NaN fails
        at = tuple(int(i) for i in torch.unravel_index(difference.argmax(), difference.shape))
        sys.exit(
            f"FAILED: max|Δ|={worst:.3g} > {TOLERANCE:g} at [sequence, position, token] "
            f"[{at[0]}, {positions[at[1]]}, {at[2]}]: peft {ours[at].item():.7g}, the file {theirs[at].item():.7g}; "
            f"without the adapter the file is off by {(base - theirs).abs().max().item():.3g}"
        )
    effect = (ours - base).abs().max().item()
    print(f"peft {peft.__version__} OK max|Δ|={worst:.3g} (the adapter changes logits by up to {effect:.3g})")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
