#!/usr/bin/env python3
"""Writes docs/components.md from what the program says of its components: `./dev docs`, or --check to compare only."""
import json, pathlib, subprocess, sys

HEADINGS = {"stage": "Stages", "model": "Models", "loss": "Losses", "metric": "Metrics", "optimizer": "Optimizers", "scheduler": "Schedulers", "callback": "Callbacks", "logger": "Loggers",
            "collective": "Collectives", "table": "Tables", "predictor": "Predictors", "checkpoint_tool": "Checkpoint tools", "sampler": "Samplers", "pruner": "Pruners",
            "local_forecaster": "Forecasters of one series"}


def ask(program, *words):
    return json.loads(subprocess.run([program, *words, "--json"], check=True, stdout=subprocess.PIPE, text=True).stdout)


def toml(value):
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value)


def takes(option):
    text, _, words = option["takes"].partition(", or ")
    for word, before in (("minimum", ">="), ("above", ">"), ("maximum", "<="), ("below", "<")):
        if word in option:
            text += f" {before} {option[word]:g}"
    return text + (f", or {words}" if words else "") + (f" ({option['unit']})" if "unit" in option else "")


def reference(program):
    lines = ["# Components", "", "Written by `./dev docs` from the options that the components declare.", ""]
    components = [c for library in ask(program, "plugins") for c in library["components"]]
    for kind, heading in HEADINGS.items():
        named = sorted((c["name"] for c in components if c["kind"] == kind))
        if not named:
            continue
        lines += [f"## {heading}", ""]
        for name in named:
            info = ask(program, "describe", name)
            lines += [f"### {name}", "", info["summary"] + (f" After {info['reference']}." if info["reference"] else ""), ""]
            if info["options"]:
                lines += ["| option | default | takes | meaning |", "|---|---|---|---|"]
                for o in info["options"]:
                    default = "(required)" if o["required"] else f"`{toml(o['default'])}`"
                    lines.append(f"| `{o['name']}` | {default} | {takes(o)} | {o['doc']} |".replace("\n", " "))
                lines.append("")
    return "\n".join(lines)


def main():
    program, target = sys.argv[1], pathlib.Path(sys.argv[2])
    text = reference(program)
    if "--check" not in sys.argv:
        target.write_text(text)
    elif target.read_text() != text:
        sys.exit(f"{target} is out of date: run ./dev docs")


if __name__ == "__main__":
    main()
