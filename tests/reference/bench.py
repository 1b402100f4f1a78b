"""What the two timing scripts share: model shapes, random weights, and a clock that ignores the first steps."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from common import be_quiet

import torch
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, PreTrainedConfig, PreTrainedModel

WARM_UP_STEPS = 2

# The small shape of the comparison with other projects.
SHAPE_S = LlamaConfig(
    vocab_size=4096,
    hidden_size=256,
    intermediate_size=768,
    num_hidden_layers=6,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=2048,
    tie_word_embeddings=True,
)


def random_model(shape: str) -> tuple[str, PreTrainedModel]:
    """A name, and a model with random weights, for "S" or the directory of a config.json."""
    be_quiet()
    config: PreTrainedConfig = SHAPE_S if shape == "S" else AutoConfig.from_pretrained(shape, local_files_only=True)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, attn_implementation="sdpa")
    return ("S" if shape == "S" else Path(shape).resolve().name), model.train()


def random_batch(vocab_size: int, batch: int, tokens: int) -> dict[str, torch.Tensor]:
    """Ids, all of which are labels too."""
    ids = torch.randint(0, vocab_size, (batch, tokens), generator=torch.Generator().manual_seed(0))
    return {"input_ids": ids, "labels": ids}


def time_steps(step: Callable[[], None], count: int) -> list[float]:
    """Seconds that each of `count` calls took, after a few that do not count."""
    for _ in range(WARM_UP_STEPS):
        step()
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return seconds


def milliseconds(seconds: list[float]) -> str:
    """Median, least and most, in milliseconds."""
    median, least, most = (1000 * value for value in (statistics.median(seconds), min(seconds), max(seconds)))
    return f"{median:.0f} ({least:.0f} to {most:.0f})"
