"""Writes what PEFT and PyTorch compute when they train LoRA adapters on the tiny checkpoints of make_models.py.

    python make_lora.py [FOLDER]        FOLDER, else tests/fixtures; it already holds the checkpoints

A base is a checkpoint of make_models.py, or a quantized one of make_gguf.py, whose weights PyTorch gets as f32. For each
base, `lora_<base>/` gets (`alora_<base>/`, where the adapter is at work from an invocation on)

    initial/          the adapter at the start, as PEFT's save_pretrained writes it; its B is not zero, so that the
                      gradient of A is not zero either
    grads_batch<n>.safetensors
                      the gradient of the loss of batch n at the start, under the adapter's own names
    final/            the adapter after the run "constant"
    reference.json    batches, training runs and logits (its fields: README.md)
"""

from __future__ import annotations

import json
import math
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from common import FIXTURES, IGNORED, fix_torch, normal, open_base, rounded, token_ids, versions, write_json

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import get_constant_schedule, get_cosine_schedule_with_warmup

RANK = 4
ALPHA = 8
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
A_STD = 0.15
B_STD = 0.05
WARMUP_RATIO = 0.03
PAD_TOKEN = 0
# What an activated adapter begins with, and where it stands in a prompt.
INVOCATION = [5, 9]
INVOCATION_AT = 6
# Positions of the sequence whose logits are kept.
LOGIT_POSITIONS = [0, 7, 23]


@dataclass(frozen=True)
class Batch:
    """Padded sequences: ids, which of them are real (1), and labels (`IGNORED` outside the response)."""

    input_ids: list[list[int]]
    attention_mask: list[list[int]]
    labels: list[list[int]]

    def tensors(self) -> dict[str, torch.Tensor]:
        """As the arguments of a model's forward."""
        return {name: torch.tensor(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Run:
    """One training run of AdamW, each of whose steps sees the whole of one batch."""

    name: str
    batch: int
    steps: int
    schedule: str = "constant"
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    max_grad_norm: float = 1.0

    @property
    def warmup_steps(self) -> int:
        """As transformers' Trainer rounds a ratio of warm-up."""
        return math.ceil(WARMUP_RATIO * self.steps) if self.schedule == "cosine" else 0


RUNS = [
    Run("constant", batch=1, steps=5),
    Run("constant_one_sequence", batch=0, steps=5),
    Run("cosine_5", batch=1, steps=5, schedule="cosine"),
    Run("cosine_40", batch=1, steps=40, schedule="cosine"),
    # With the usual decay of 0.01, five steps would hardly show whether there is any.
    Run("strong_decay", batch=1, steps=5, learning_rate=1e-2, weight_decay=1.0),
    # Clipped at every step, or at none.
    Run("tight_clip", batch=1, steps=5, max_grad_norm=0.01),
    Run("loose_clip", batch=1, steps=5, max_grad_norm=1e6),
]


@dataclass(frozen=True)
class Case:
    """An adapter to train on a checkpoint, and the batches (by index) whose gradients are written."""

    base: str
    seed: int
    gradients: tuple[int, ...]
    activated: bool = False

    @property
    def name(self) -> str:
        """The folder of the case."""
        return f"{'alora' if self.activated else 'lora'}_{self.base}"


CASES = [
    Case(base="llama", seed=11, gradients=(0, 1)),
    Case(base="qwen3", seed=12, gradients=(1,)),
    Case(base="qwen2_mixed", seed=13, gradients=(1,)),
    Case(base="qwen2_mixed", seed=14, gradients=(1,), activated=True),
]


def make_sequence(rng: np.random.Generator, length: int, vocab_size: int, activated: bool) -> list[int]:
    """Random ids; for an activated adapter with its invocation, once."""
    ids = token_ids(rng, length, vocab_size)
    if activated:
        # No other place may look like it.
        ids = [4 if token in INVOCATION else token for token in ids]
        ids[INVOCATION_AT : INVOCATION_AT + len(INVOCATION)] = INVOCATION
    return ids


def make_batch(rng: np.random.Generator, vocab_size: int, lengths: list[tuple[int, int]], activated: bool) -> Batch:
    """Sequences of (prompt, response) lengths, padded on the right to the longest."""
    width = max(prompt + response for prompt, response in lengths)
    input_ids, attention_mask, labels = [], [], []
    for prompt, response in lengths:
        ids = make_sequence(rng, prompt + response, vocab_size, activated)
        padding = width - len(ids)
        input_ids.append(ids + [PAD_TOKEN] * padding)
        attention_mask.append([1] * len(ids) + [0] * padding)
        labels.append([IGNORED] * prompt + ids[prompt:] + [IGNORED] * padding)
    return Batch(input_ids, attention_mask, labels)


def initial_adapter(output: Path, case: Case) -> PeftModel:
    """A LoRA adapter on every linear layer of the base, with random A and B."""
    config = LoraConfig(
        r=RANK,
        lora_alpha=ALPHA,
        lora_dropout=0.0,
        target_modules=TARGETS,
        task_type="CAUSAL_LM",
        alora_invocation_tokens=INVOCATION if case.activated else None,
    )
    model = get_peft_model(open_base(output / case.base), config)
    rng = np.random.default_rng(case.seed)
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            if "lora_A" in name:
                weight.copy_(normal(rng, weight.shape, A_STD))
            elif "lora_B" in name:
                weight.copy_(normal(rng, weight.shape, B_STD))
    return model


def save_adapter(model: PeftModel, folder: Path, base: str) -> None:
    """Saves the adapter as PEFT does, less what changes from one machine or run to the next."""
    model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)  # an empty model card
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    config["base_model_name_or_path"] = base  # was the path of the folder here
    config["target_modules"] = sorted(config["target_modules"])  # was in the order of a Python set
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)


def adapter_gradients(model: PeftModel, batch: Batch) -> dict[str, torch.Tensor]:
    """The gradient of every A and B, under the names that they have in an adapter file."""
    model.zero_grad()
    model(**batch.tensors()).loss.backward()
    state = get_peft_model_state_dict(model)
    by_storage = {weight.data_ptr(): weight.grad for weight in model.parameters() if weight.grad is not None}
    gradients = {name: by_storage[weight.data_ptr()].clone() for name, weight in state.items()}
    model.zero_grad()
    return gradients


def train(model: PeftModel, run: Run, batch: Batch) -> dict[str, Any]:
    """Carries out `run` on `model`; losses are from before each step, gradient norms from before clipping."""
    parameters = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters, lr=run.learning_rate, betas=run.betas, eps=run.eps, weight_decay=run.weight_decay
    )
    if run.schedule == "cosine":
        scheduler = get_cosine_schedule_with_warmup(optimizer, run.warmup_steps, run.steps)
    else:
        scheduler = get_constant_schedule(optimizer)
    inputs = batch.tensors()
    losses, norms, rates = [], [], []
    for _ in range(run.steps):
        loss = model(**inputs).loss
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, run.max_grad_norm).item())
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    with torch.no_grad():
        final_loss = model(**inputs).loss.item()
    return {
        **asdict(run),
        "warmup_steps": run.warmup_steps,
        "lrs": rounded(rates),
        "losses": rounded(losses),
        "grad_norms": rounded(norms),
        "final_loss": rounded(final_loss),
    }


def logits_of(model: torch.nn.Module, input_ids: list[list[int]]) -> list[Any]:
    """Logits at `LOGIT_POSITIONS`."""
    with torch.no_grad():
        return rounded(model(torch.tensor(input_ids)).logits[:, LOGIT_POSITIONS])


def make_case(case: Case, output: Path) -> None:
    """Writes the folder of the case."""
    folder = output / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)

    model = initial_adapter(output, case)
    rng = np.random.default_rng([case.seed, 1000])
    vocab_size = model.config.vocab_size
    lengths = [[(14, 10)], [(12, 12), (11, 7)]]
    batches = [make_batch(rng, vocab_size, each, case.activated) for each in lengths]
    check_ids = [make_sequence(rng, 24, vocab_size, case.activated)]

    save_adapter(model, folder / "initial", case.base)
    for index in case.gradients:
        path = folder / f"grads_batch{index}.safetensors"
        save_file(adapter_gradients(model, batches[index]), path, metadata={"format": "pt"})
        path.chmod(0o644)
    with torch.no_grad():
        losses = [rounded(model(**batch.tensors()).loss) for batch in batches]
    logits = {"initial": logits_of(model, check_ids)}
    with model.disable_adapter():
        logits["base"] = logits_of(model, check_ids)

    runs = []
    for run in RUNS:
        trained = initial_adapter(output, case)
        runs.append(train(trained, run, batches[run.batch]))
        if run.name == "constant":
            save_adapter(trained, folder / "final", case.base)
            # From the files, as somebody would who was given them.
            reopened = PeftModel.from_pretrained(open_base(output / case.base), folder / "final").eval()
            logits["final"] = logits_of(reopened, check_ids)

    write_json(
        folder / "reference.json",
        {
            "generator": "tests/reference/make_lora.py",
            "versions": versions(),
            "base": case.base,
            "rank": RANK,
            "alpha": ALPHA,
            **({"invocation": INVOCATION} if case.activated else {}),
            "batches": [{**asdict(batch), "loss": loss} for batch, loss in zip(batches, losses)],
            "runs": runs,
            "logits": {"input_ids": check_ids, "positions": LOGIT_POSITIONS, **logits},
        },
    )


def main(output: Path) -> None:
    """Makes all adapters in `output`."""
    fix_torch()
    for case in CASES:
        make_case(case, output)
        print(f"wrote {case.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURES)
