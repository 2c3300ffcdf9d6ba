# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sources promise: the architecture, licence headers, format, translations, data files."""

import os
import re
import subprocess
from pathlib import Path

from harness.tap import case, main

TOP = Path(__file__).resolve().parents[2]

# A folder may include only itself and these.
MAY_INCLUDE = {
    "base": set(),
    "certificate": {"base"},
    "order": {"base", "certificate"},
    "form": {"base", "order"},
    "agent": {"base", "certificate"},
    "token": {"base", "certificate", "agent"},
    "service": {"base", "certificate", "order"},
    "procedure": {"base", "certificate", "order", "token", "service"},
    "cli": {"base", "certificate", "order", "form", "token", "service", "procedure"},
    "app": {"base", "certificate", "order", "form", "token", "service", "procedure"},
    "preview": {"base", "order"},
    "ra": {"base", "certificate", "order", "form"},
    "vtoken": set(),
}
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.MULTILINE)


def tracked(*patterns):
    """Files of the project, with or without git."""
    if (TOP / ".git").exists():
        names = subprocess.run(
            ["git", "-C", TOP, "ls-files", "-co", "--exclude-standard", *patterns],
            check=True, capture_output=True, text=True).stdout.split("\n")
        return [TOP / name for name in names if name and (TOP / name).is_file()]
    return [path for pattern in patterns for path in TOP.rglob(pattern) if "build" not in path.parts]


def potfiles():
    lines = (TOP / "po/POTFILES.in").read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("#")]


def fail_with(lines):
    assert not lines, "\n" + "\n".join(lines)


@case
def folders_include_only_what_they_may():
    wrong = []
    for path in tracked("src/*.c", "src/*.h"):
        folder = path.relative_to(TOP / "src").parts[0]
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            other = name.split("/")[0]
            if "/" in name and other in MAY_INCLUDE and other != folder \
                    and other not in MAY_INCLUDE[folder]:
                wrong.append(f"{path.relative_to(TOP)} includes {name}")
    fail_with(wrong)


@case
def only_the_window_knows_gtk_and_only_the_agent_knows_pkcs11():
    wrong = []
    for path in tracked("src/*.c", "src/*.h"):
        folder = path.relative_to(TOP / "src").parts[0]
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if re.match(r"(gtk/|adwaita)", name) and folder != "app":
                wrong.append(f"{path.relative_to(TOP)} includes {name}")
            if re.search(r"(pkcs11\.h|libp11\.h|winscard\.h)$", name) and folder != "agent":
                wrong.append(f"{path.relative_to(TOP)} includes {name}")
    fail_with(wrong)


@case
def every_source_names_its_licence():
    wrong = []
    for path in tracked("*.c", "*.h", "*.py", "*.build", "*.ui", "*.xml", "dev", ".ci/run"):
        head = path.read_text(encoding="utf-8")[:400]
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in head:
            wrong.append(str(path.relative_to(TOP)))
    fail_with(wrong)


@case
def sources_are_formatted():
    files = [str(path) for path in tracked("*.c", "*.h")]
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=TOP,
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-4000:]


@case
def every_translatable_source_is_listed():
    listed = set(potfiles())
    wrong = []
    for path in tracked("src/*.c", "src/*.ui", "data/*.in"):
        name = str(path.relative_to(TOP))
        text = path.read_text(encoding="utf-8")
        marked = re.search(r'\b(N_|_|C_|ngettext|g_dngettext|NC_)\s*\(\s*"|translatable="(yes|1)"', text)
        if marked and name not in listed and not name.startswith("src/vtoken/"):
            wrong.append(name)
    fail_with(wrong)


@case
def chinese_is_complete():
    result = subprocess.run(
        ["msgfmt", "--check", "--statistics", "-o", os.devnull, TOP / "po/zh_CN.po"],
        capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "untranslated" not in result.stderr and "fuzzy" not in result.stderr, result.stderr


@case
def chinese_knows_every_message_of_the_sources():
    pot = subprocess.run(
        ["xgettext", "--from-code=UTF-8", "--keyword=_", "--keyword=N_", "--keyword=C_:1c,2",
         "--keyword=NC_:1c,2", "--keyword=g_dngettext:2,3", "--keyword=ngettext:1,2",
         "--force-po", "-o", "-", *potfiles()],
        cwd=TOP, capture_output=True, text=True, check=True).stdout
    missing = subprocess.run(["msgcmp", "--use-untranslated", TOP / "po/zh_CN.po", "-"],
                             input=pot, capture_output=True, text=True)
    assert missing.returncode == 0, missing.stderr[-4000:]


@case
def nothing_is_promised_for_later():
    wrong = []
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK|not implemented)\b")
    for path in tracked("src/*", "data/*", "tests/*.c", "tests/*.py", "dev"):
        if path.suffix in (".png", ".po") or path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if word.search(line):
                wrong.append(f"{path.relative_to(TOP)}:{number}: {line.strip()}")
    fail_with(wrong)


@case
def no_machine_paths_in_the_sources():
    wrong = []
    for path in tracked("*"):
        if path.suffix in (".png", ".der", ".bin") or path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if re.search(r"(?<![\w.])/(work|root)/\w|/home/\w", line):
                wrong.append(f"{path.relative_to(TOP)}:{number}: {line.strip()}")
    fail_with(wrong)


@case
def manual_pages_have_no_warnings():
    pages = tracked("data/*.1")
    assert len(pages) >= 3, pages
    for page in pages:
        result = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", page],
                                capture_output=True, text=True, env={**os.environ, "MANWIDTH": "80"})
        assert result.returncode == 0 and not result.stderr, f"{page}: {result.stderr}"


@case
def the_desktop_entry_is_valid():
    build = Path(os.environ["MESON_BUILD_ROOT"]) if "MESON_BUILD_ROOT" in os.environ else TOP / "build/plain"
    entry = next(build.glob("data/*.desktop"))
    subprocess.run(["desktop-file-validate", entry], check=True, stdout=subprocess.DEVNULL)
    metainfo = next(build.glob("data/*.metainfo.xml"))
    subprocess.run(["appstreamcli", "validate", "--no-net", metainfo], check=True,
                   stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
