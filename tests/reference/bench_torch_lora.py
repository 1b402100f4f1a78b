"""Times one step of LoRA training with PEFT on the CPU: forward, backward, AdamW, on every linear layer.

    python bench_torch_lora.py [--shape S|MODEL_DIR] [--threads 1 2] [--batch 4] [--tokens 128] [--rank 8] [--steps 20]

Prints a Markdown table. Weights are random, f32; every token is a label. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import statistics

from bench import milliseconds, random_batch, random_model, time_steps

import peft
import torch
from peft import LoraConfig, get_peft_model
from make_lora import TARGETS


def measure(arguments: argparse.Namespace, threads: int) -> str:
    """One row of the table."""
    torch.set_num_threads(threads)
    name, base = random_model(arguments.shape)
    config = LoraConfig(
        r=arguments.rank, lora_alpha=2 * arguments.rank, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM"
    )
    model = get_peft_model(base, config)
    trainable = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=1e-4, weight_decay=0.0)
    batch = random_batch(base.config.vocab_size, arguments.batch, arguments.tokens)

    def step() -> None:
        model(**batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    seconds = time_steps(step, arguments.steps)
    tokens = arguments.batch * arguments.tokens / statistics.median(seconds)
    return (
        f"| torch {torch.__version__.partition('+')[0]} + peft {peft.__version__} | {name} | "
        f"{arguments.batch}x{arguments.tokens} | {arguments.rank} | {threads} | {milliseconds(seconds)} | "
        f"{tokens:.0f} |"
    )


def main() -> None:
    """Reads the arguments and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", default="S")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args()
    print("| LoRA training | shape | tokens a step | rank | threads | ms a step: median (range) | tokens/s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for threads in arguments.threads:
        print(measure(arguments, threads), flush=True)


if __name__ == "__main__":
    main()
