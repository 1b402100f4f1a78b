#!/usr/bin/env python3
"""Reference texts and ids for tests/native/text_parity.rs, made with transformers and tokenizers.

    python=$(tests/reference/setup.sh | tail -n 1)
    $python tests/reference/make_text.py tests/fixtures ../shared/hf/*/

Writes OUT_DIR/text_dialogues.json (what is rendered), text_synthetic.json (small made-up tokenizers of each format,
templates, and what the two libraries make of them), and text_<HF_DIR's name>.json for each model directory given.
"""

import copy
import datetime
import json
import pathlib
import sys

import tokenizers
import transformers
import transformers.utils.chat_template_utils
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

HERE = pathlib.Path(__file__).resolve().parent
SEED_TEMPLATE = (HERE / "../../src/tokenizer/seed_template.jinja").read_text(encoding="utf-8")
NOW = 1721995200  # 2024-07-26T12:00:00Z

TOOLS = [
    {"name": "find_hotel", "description": "Find a hotel <near> a place & \"book\" it",
     "parameters": {"type": "object", "properties": {
         "city": {"type": "string", "description": "where to \"stay\""},
         "nights": {"type": "integer"},
         "class": {"type": "string", "enum": ["budget", "standard", "luxury"]},
         "tags": {"type": "array", "items": {"type": "string"}},
         "guest": {"type": "object", "properties": {"name": {"type": "string"},
                                                   "home": {"type": "object", "properties": {"zip": {"type": "string"}}}}}},
         "required": ["city", "nights"]}},
    {"name": "weather.get", "description": "Météo: " + "a long text, " * 12,
     "parameters": {"type": "object", "properties": {"lat": {"type": "number", "default": 1e-7, "maximum": 9e15, "minimum": -2.5e20},
                                                     "note": {"type": ["string", "null"], "description": "line one\nline two"},
                                                     "rows": {"type": "array", "items": {"type": "object", "properties": {"a": {}}}},
                                                     "level": {"enum": [1, 2.5, True, None]}}}},
    {"name": "ping", "description": "", "parameters": {"type": "object", "properties": {}, "required": []}},
]


def call(name, **arguments):
    return {"name": name, "arguments": arguments}


def turn(role, content="", calls=None):
    message = {"role": role, "content": content}
    if calls:
        message["tool_calls"] = calls
    return message


PARIS = call("find_hotel", city="Paris \"d'Or\" é", nights=3, tags=["a", "b"], guest={"name": "Ann", "age": 4.0})
DIALOGUES = {
    "plain": [turn("user", "What is 12,345 + 6.7?")],
    "system": [turn("system", "Be brief."), turn("user", "  Hello\n\nthere!  "), turn("assistant", "Hi."), turn("user", "Bye")],
    "unicode": [turn("user", "Zürich 東京ホテル 🦀👩‍👩‍👧 ﬁne ＡＢＣ Å naïve Ελληνικά \u00a0\t|")],
    "markers": [turn("user", "<|im_start|>x<|im_end|><tool_call></s><s> <|user|> <|call|>f()")],
    "call": [turn("user", "Hotel in Paris"), turn("assistant", "", [PARIS])],
    "results": [turn("user", "Hotel and weather"),
                turn("assistant", "Let me look.", [PARIS, call("weather.get", lat=1.5)]),
                turn("tool", "{\"ok\": true}"), turn("tool", "sunny"), turn("assistant", "Done."), turn("user", "And ping?")],
    "thinking": [turn("user", "Why?"), turn("assistant", "<think>\nhm\n</think>\n\nBecause."), turn("user", "ok")],
    "one_result": [turn("system", "Be brief."), turn("user", "ping"), turn("assistant", "", [call("ping")]), turn("tool", "pong")],
}
# dialogue, with tools, add_generation_prompt, further variables
CASES = [
    ("plain", False, True, {}), ("plain", True, True, {}), ("plain", False, True, {"enable_thinking": False}),
    ("system", False, True, {}), ("system", True, False, {}), ("unicode", False, True, {}), ("markers", False, False, {}),
    ("call", True, False, {}), ("results", True, True, {}), ("results", False, True, {}), ("thinking", False, False, {}),
    ("one_result", True, True, {}),
]
TEXTS = ["", " ", "a", "\n\n  x\r\n\ty ", "1234567890 3.14", "don't WE'LL I'm", "snake_case camelCase(x=\"y\")", "東京 🦀\u0301é e\u0301", "  two   spaces  ",
         "<|im_end|> \u2028 \x00\x7f", "▁under ▁▁x"]

LLAMA3_TEMPLATE = """{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- if tools is not none %}
    {%- if messages | length != 0 %}
        {%- set first_user_message = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("Cannot put tools in the first user message when there's no first user message!") }}
    {%- endif %}
    {{- '<|start_header_id|>user<|end_header_id|>\\n\\n' -}}
    {{- 'Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.\\n\\n' }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
    {{- first_user_message + "<|eot_id|>"}}
{%- endif %}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
        {{- "<|eot_id|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or (message.content is iterable and message.content is not string) %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
TINYLLAMA_TEMPLATE = ("{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n"
                      "{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n"
                      "{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n"
                      "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}")
ODD_TEMPLATE = """{# every corner that real templates use #}
{%- set ns = namespace(n=0, seen=false) -%}
{% for m in messages[::-1] %}
    {%- set ns.n = ns.n + 1 %}
    {%- if m.role == 'system' %}{% continue %}{% endif %}
    {%- if ns.n > 5 %}{% break %}{% endif %}
    {%- generation %}
{{ loop.index }}/{{ loop.revindex0 }}:{{ m.content[:7].strip() | upper }}|{{ m['content'].split(' ')[-1] }}
    {%- endgeneration %}
{% endfor %}
{{ true }} {{ none }} {{ 1.0 }} {{ 1e20 }} {{ 7 // 2 }} {{ 7 / 2 }} {{ [1, 'a', none, {'k': "it's"}] }} {{ undefined_thing }}
{{ {'b': [], 'a': {'é': 1}} | tojson }} {{ {'b': [], 'a': {'é': 1}} | tojson(indent=2, ensure_ascii=true, sort_keys=true) }}
{{ [1, 2] | tojson(separators=(',', ':')) }} {{ 'x' ~ 3 ~ true }} {{ 'a,b'.replace(',', ';') }} {{ 'abc'.startswith('ab') }}
{% for k, v in {'q': 1, 'p': 2}.items() %}{{ k }}={{ v }}{{ ', ' if not loop.last }}{% endfor %}
{% if tools %}{{ tools | map(attribute='function.name') | join('+') }} {{ tools[0].function | length }}{% endif %}
{{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ strftime_now('%Y-%m-%d %H:%M') }}
{% macro f(a, b='z') %}<{{ a }}{{ b }}>{% endmacro %}{{ f('y') }} {{ eos_token }}
"""


def openai(message):
    message = copy.deepcopy(message)
    if "tool_calls" in message:
        message["tool_calls"] = [{"type": "function", "function": c} for c in message["tool_calls"]]
    return message


class Clock:
    """Stands in for `datetime`, which the template function `strftime_now` asks."""

    @staticmethod
    def now():
        return datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)


def render(tokenizer, dialogue, tools, generate, extra, template=None):
    try:
        return tokenizer.apply_chat_template(
            [openai(m) for m in DIALOGUES[dialogue]], tools=[{"type": "function", "function": t} for t in TOOLS] if tools else None,
            add_generation_prompt=generate, tokenize=False, **({"chat_template": template} if template else {}), **extra)
    except Exception as error:  # a template may refuse a dialogue
        print(f"  {dialogue}: refused: {error}")
        return None


def cases(tokenizer, raw, template=None, which=CASES, with_ids=True, longest=5000):
    out = []
    for dialogue, tools, generate, extra in which:
        text = render(tokenizer, dialogue, tools, generate, extra, template)
        case = {"dialogue": dialogue, "tools": tools, "generate": generate, "extra": extra, "text": text}
        if with_ids and text is not None and len(text) < longest:
            case["ids"] = ids_of(tokenizer, raw, text)
        out.append(case)
    return out


def ids_of(tokenizer, raw, text):
    ids = raw.encode(text, add_special_tokens=False).ids
    assert ids == tokenizer(text, add_special_tokens=False)["input_ids"], f"the libraries differ on {text!r}"
    return ids


def texts(tokenizer, raw):
    out = []
    for text in TEXTS:
        ids = ids_of(tokenizer, raw, text)
        out.append([text, ids, raw.decode(ids, skip_special_tokens=True), raw.decode(ids, skip_special_tokens=False)])
    return out


def corpus():
    for tool in TOOLS:
        yield json.dumps(tool)
    for dialogue in DIALOGUES.values():
        yield json.dumps(dialogue, ensure_ascii=False)


def byte_level(pattern, normalizer, size, ignore_merges, specials, post=False):
    raw = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        raw.normalizer = normalizer
    if pattern is None:
        raw.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                     pre_tokenizers.ByteLevel(add_prefix_space=False)])
    else:
        raw.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    raw.train_from_iterator(corpus(), trainer)
    raw.add_special_tokens([AddedToken(t, normalized=False) for t in specials])
    if post:
        bos = specials[0]
        raw.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, raw.token_to_id(bos))])
    return raw


def sentencepiece():
    """As in Llama 2: byte fallback, no pre-tokenizer, spaces written as U+2581."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    raw.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=250, show_progress=False))
    trained = json.loads(raw.to_str())["model"]
    # A character that the corpus has once stays unknown, so that bytes take its place.
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    names += [t for t, _ in sorted(trained["vocab"].items(), key=lambda x: x[1]) if len(t) > 1 or t.isascii() or t == "▁"]
    vocab = {t: i for i, t in enumerate(names)}
    merges = [tuple(m) for m in trained["merges"] if m[0] in vocab and m[1] in vocab and m[0] + m[1] in vocab]
    raw = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    raw.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    raw.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    raw.add_special_tokens([AddedToken(t, normalized=False) for t in names[:3]])
    raw.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return raw


QWEN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
LLAMA3 = QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
LLAMA = [c for c in CASES if c[0] in ("system", "call", "results", "one_result")]
SMALL = [c for c in CASES if c[0] in ("system", "unicode", "markers", "one_result")]


def synthetic():
    seed_tokens = ["<|pad|>", "<|end|>", "<|system|>", "<|tools|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|new|>", "<|newcall|>"]
    native = [("plain", True, True, {"synthesis": "query_first"}), ("plain", True, True, {"synthesis": "call_first"})]
    made = [
        ("llama3", byte_level(LLAMA3, None, 290, True, ["<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"], post=True),
         {"bos_token": "<|begin_of_text|>", "eos_token": {"__type": "AddedToken", "content": "<|eot_id|>"}}, LLAMA3_TEMPLATE, LLAMA),
        ("qwen", byte_level(QWEN, normalizers.NFC(), 290, False, ["<|im_start|>", "<|im_end|>"]),
         {"eos_token": "<|im_end|>"}, ODD_TEMPLATE, SMALL),
        ("sentencepiece", sentencepiece(), {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}, TINYLLAMA_TEMPLATE, SMALL),
        ("gpt2", byte_level(None, None, 290, False, seed_tokens), {"eos_token": "<|end|>"}, None, CASES + native),
    ]
    out = []
    for name, raw, config, template, which in made:
        print(name)
        names = {k: v if isinstance(v, str) else v["content"] for k, v in config.items()}
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, **names)
        out.append({"name": name, "tokenizer": json.loads(raw.to_str()), "config": config, "template": template,
                    "cases": cases(tokenizer, raw, template or SEED_TEMPLATE, which, with_ids=name != "gpt2", longest=400), "texts": texts(tokenizer, raw)})
    return out


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(path, path.stat().st_size, "bytes")


def main():
    transformers.utils.chat_template_utils.datetime = Clock
    out = pathlib.Path(sys.argv[1])
    made_with = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
    write(out / "text_dialogues.json", {"now": NOW, "tools": TOOLS, "dialogues": DIALOGUES})
    write(out / "text_synthetic.json", {"made_with": made_with, "models": synthetic()})
    for folder in map(pathlib.Path, sys.argv[2:]):
        print(folder)
        raw = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer = AutoTokenizer.from_pretrained(folder)
        write(out / f"text_{folder.name}.json",
              {"made_with": made_with, "folder": folder.name, "cases": cases(tokenizer, raw), "texts": texts(tokenizer, raw)})


if __name__ == "__main__":
    main()
