# SPDX-License-Identifier: GPL-3.0-or-later
"""How the benchmark prints: a table, and a verdict on what is wanted."""


def table(title, columns, rows):
    """Prints rows of strings or numbers under their columns, numbers to the right."""
    cells = [[value if isinstance(value, str) else f"{value:g}" for value in row] for row in rows]
    widths = [max(len(row[at]) for row in [columns, *cells]) for at in range(len(columns))]
    print(f"\n{title}")
    for index, row in enumerate([columns, *cells]):
        print("  " + "  ".join(
            value.ljust(width) if at == 0 else value.rjust(width)
            for at, (value, width) in enumerate(zip(row, widths))))
        if index == 0:
            print("  " + "  ".join("-" * width for width in widths))


def wanted(what, value, limit, at_most=True, unit=""):
    """Prints whether a figure is what is wanted."""
    good = value <= limit if at_most else value >= limit
    relation = "at most" if at_most else "at least"
    print(f"  {'ok   ' if good else 'SHORT'} {what}: {value:g}{unit}, wanted {relation} {limit:g}{unit}",
          flush=True)
