"""`python -m benchmarks [operations training losses graph tool grading reports] [--json] [--large]`: print ratios."""

import json
import os
import sys

# One thread, and freed memory kept: whether glibc hands four megabytes back and fetches them again at each step is
# luck, and makes either side up to seven times slower. All of it must stand before Python starts.
SETTINGS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1") | {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}
PARTS = ("operations", "training", "losses", "graph", "tool", "grading", "reports")
FLAGS = {"--json", "--large"}


def readable(value, unit):
    if unit:
        return f"{value:.0f} {unit}"
    for scale, name in [(1, "s"), (1e-3, "ms"), (1e-6, "µs")]:
        if value >= scale or name == "µs":
            return f"{value / scale:.3g} {name}"


def measured(parts, large=False):
    "The rows of each part, as they are measured."
    from importlib import import_module

    import torch
    torch.set_num_threads(1)
    for part in parts:
        options = {"large": large} if part == "grading" else {}
        yield from import_module(f"benchmarks.{part}").measure(**options)


def table(rows):
    from rich.table import Table
    table = Table("job", "tinytorch", "against", "its time", "ratio", "target", "met", title="One thread, medians")
    for row in rows:
        limit = "" if row.target is None else f"≤ {row.target if row.peer else readable(row.target, row.unit)}"
        met = {None: "", True: "[green]yes[/]", False: "[red]no[/]"}[row.met]
        table.add_row(row.job, readable(row.ours, row.unit), row.peer, readable(row.theirs, "") if row.peer else "",
                      f"{row.value:.2g}" if row.peer else "", limit, met)
    return table


def main(arguments):
    parts = [a for a in arguments if a not in FLAGS] or PARTS
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"benchmarks: there is no part {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    rows = list(measured(parts, "--large" in arguments))
    if "--json" in arguments:
        print(json.dumps([vars(row) | {"met": row.met} for row in rows], indent=1))
        return
    from rich.console import Console
    Console(width=None if sys.stdout.isatty() else 140).print(table(rows))


if __name__ == "__main__":
    if SETTINGS.items() - os.environ.items():
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]], os.environ | SETTINGS)
    main(sys.argv[1:])
