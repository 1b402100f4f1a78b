"""Judges with `jsonschema` what constrained decoding wrote for random schemas.

    cargo test --release --test native constrained
    python check_constrained.py FILE.jsonl         (target/tmp/constrained.jsonl, left by that test)

A line of the file is an object: `schema`, and `text`, the JSON that was written for it. The exit code is 0 if every text can
be read and fits its schema, and else 1.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator


def main() -> int:
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").rstrip("\n").split("\n")
    wrong = 0
    for number, line in enumerate(lines, 1):
        case = json.loads(line)
        Draft202012Validator.check_schema(case["schema"])
        try:
            Draft202012Validator(case["schema"]).validate(json.loads(case["text"]))
        except Exception as error:  # A text that cannot be read is as wrong as one that does not fit.
            wrong += 1
            print(f"line {number}: {error}\n", file=sys.stderr)
    print(f"{len(lines) - wrong} of {len(lines)} texts fit their schemas")
    return 1 if wrong or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
