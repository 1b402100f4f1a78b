"""Times training of all weights with PyTorch on the CPU: forward, backward, gradient clipping, AdamW.

    python bench_torch_pretrain.py MODEL_DIR|S [--threads 1 2] [--batch 8] [--tokens 256] [--steps 10] [--ours PROGRAM]

MODEL_DIR needs only a config.json. Prints a Markdown table. Weights are random, f32; every token is a label. Each precision
is timed: full, and mixed, which is bf16 by autocast for PyTorch. Run it on an otherwise idle machine. With --ours, the autodidact program times the same shape and batch in the same run (its optimizer
is Muon, with AdamW for the embedding).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile

from bench import milliseconds, random_batch, random_model, time_steps

import torch


def measure(arguments: argparse.Namespace, threads: int, precision: str) -> str:
    """One row of the table."""
    torch.set_num_threads(threads)
    name, model = random_model(arguments.shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.1)
    batch = random_batch(model.config.vocab_size, arguments.batch, arguments.tokens)

    def step() -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "mixed"):
            loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    seconds = time_steps(step, arguments.steps)
    tokens = arguments.batch * arguments.tokens / statistics.median(seconds)
    millions = sum(weight.numel() for weight in model.parameters()) / 1e6
    return (
        f"| torch {torch.__version__.partition('+')[0]} | {name} | {precision} | {millions:.2f} M | "
        f"{arguments.batch}x{arguments.tokens} | {threads} | {milliseconds(seconds)} | {tokens:.0f} |"
    )


def main() -> None:
    """Reads the arguments and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", metavar="MODEL_DIR|S")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--ours", metavar="PROGRAM")
    arguments = parser.parse_args()
    print("| full training | shape | precision | weights | tokens a step | threads | ms a step: median (range) | tokens/s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for precision in ("full", "mixed"):
        for threads in arguments.threads:
            print(measure(arguments, threads, precision), flush=True)
    if arguments.ours:
        print(flush=True)
        with tempfile.TemporaryDirectory() as folder:
            random_model(arguments.shape)[1].config.save_pretrained(folder)
            options = ["--batch", arguments.batch, "--tokens", arguments.tokens, "--steps", arguments.steps]
            workers = ",".join(str(threads) for threads in arguments.threads)
            command = [arguments.ours, "bench-pretrain", folder, "--workers", workers, *map(str, options)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
