"""Writes what `transformers` makes of a real model, from the same GGUF file: tokens, a rendered prompt, and logits.

    python make_real.py FILE.gguf TOKENIZER_DIR [FOLDER]        FOLDER, else tests/fixtures; writes smollm2.json

`transformers` reads the file by itself, and computes with its weights in f32. What it makes of the file's vocabulary is not
the model's tokenizer (it passes over the kind of pre-tokenizer), so that comes from a directory with the `tokenizer.json` of
SmolLM. The text is the licence beside this repository's README, which is English prose that nobody will change.
"""

from __future__ import annotations

import sys
from pathlib import Path

from common import FIXTURES, fix_torch, rounded, versions, write_json

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

TEXT = "LICENSE-APACHE"
TOKENS = 1000
# Positions whose best logits are kept.
EVERY = 50
BEST = 24
TEXTS = [
    "Set a timer for 7 minutes.",
    "naïve Zoë's café — 12 345,67 €\n\n\tdéjà vu  漢字 🙂",
    "<|im_start|>user\nhi<|im_end|>",
    "  def f(x):\n    return x ** 2\n",
]
DIALOGUE = [
    {"role": "user", "content": "What is the capital of France?"},
    {"role": "assistant", "content": "Paris."},
    {"role": "user", "content": "And of Norway?"},
]
QUESTION = "What is the capital of France? Answer with one word."
ANSWER_TOKENS = 16


def main(file: Path, tokenizer_dir: Path, output: Path) -> None:
    """Makes the file of reference data."""
    fix_torch()
    # Not by its class, which makes a pre-tokenizer of its own.
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tokenizer_dir)
    tokenizer.chat_template = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).chat_template
    model = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    text = (Path(__file__).resolve().parents[2] / TEXT).read_text()
    ids = tokenizer(text, add_special_tokens=False).input_ids[:TOKENS]
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    positions = list(range(EVERY - 1, TOKENS, EVERY))
    best = logits[positions].topk(BEST)
    two = logits.topk(2).values
    prompt = tokenizer.apply_chat_template(DIALOGUE, tokenize=False, add_generation_prompt=True)
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": QUESTION}], tokenize=False, add_generation_prompt=True
    )
    given = tokenizer(asked, add_special_tokens=False, return_tensors="pt").input_ids
    with torch.no_grad():
        written = model.generate(given, attention_mask=torch.ones_like(given), max_new_tokens=ANSWER_TOKENS, do_sample=False)
    write_json(
        output / "smollm2.json",
        {
            "generator": "tests/reference/make_real.py",
            "versions": versions(),
            "file": file.name,
            "text": TEXT,
            "ids": ids,
            "texts": [{"text": text, "ids": tokenizer(text, add_special_tokens=False).input_ids} for text in TEXTS],
            "dialogue": DIALOGUE,
            "prompt": prompt,
            "question": QUESTION,
            "answer": written[0, given.shape[1] :].tolist(),
            "positions": positions,
            "best_ids": best.indices.tolist(),
            "best_logits": rounded(best.values),
            "log_sum_exp": rounded(logits[positions].logsumexp(1)),
            "first": logits.argmax(1).tolist(),
            "first_over_second": [float(f"{gap:.3g}") for gap in (two[:, 0] - two[:, 1]).tolist()],
        },
    )
    print("wrote smollm2.json")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else FIXTURES)
