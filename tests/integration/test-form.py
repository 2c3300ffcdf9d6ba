# SPDX-License-Identifier: GPL-3.0-or-later
"""The application form as a PDF: what a reader gets out of it, and what an office's scanner does."""

import copy
import json
import os
import shutil
import subprocess
from pathlib import Path

from harness import paths, tap
from harness.office import DETAILS, Office
from harness.tap import case

FOLDER = Path(paths.temporary_folder("form"))
NUMBER = "20261122000123"
CODE = "YINYAO-FORM:1:certificate-form:" + NUMBER
TYPES = ["apply", "renew", "reissue", "change", "seal", "unlock", "revoke"]
TITLES = ["新申请", "续期", "补办", "变更", "印章", "解锁", "注销"]

UNLOCK = {
    "number": NUMBER, "type": "unlock", "state": "draft", "paid": False, "token": "YY00000000000042",
    "organization": {"name": "深圳市示例文具有限公司"},
    "agent": {"name": "张三", "document_type": "identity-card",
              "document_number": "11010519491231002X", "mobile": "13800000000"},
    "created": "2026-11-22T13:08:25Z", "updated": "2026-11-22T13:08:25Z",
}
APPLY = {
    **UNLOCK, "type": "apply", "years": 3, "seal": True, "seal_name": "深圳市示例文具有限公司合同专用章",
    "organization": {**UNLOCK["organization"], "document_type": "credit-code",
                     "document_number": "91440300MA0000YY0T", "country": "CN", "province": "广东",
                     "city": "深圳", "address": "深圳市福田区示例路1号", "phone": "0755-00000000",
                     "type": "enterprise"},
    "agent": {**UNLOCK["agent"], "email": "zhangsan@example.com"},
}

# One ideograph of each block, compatibility forms, and what stands for private use.
RARE = {
    "the first block": "如令郎",
    "extension A": "\u3400\u4dbf",
    "extension B": "\U00020000\U0002a6d6",
    "extension C": "\U0002a700\U0002b734",
    "extension D": "\U0002b740\U0002b81d",
    "extension E": "\U0002b820\U0002cea1",
    "extension F": "\U0002ceb0\U0002ebe0",
    "extension G": "\U00030000\U0003134a",
    "extension H": "\U00031350\U000323af",
    "compatibility ideographs": "\ufa0e\uf900\U0002f800",
    "radicals": "\u2f00一\u2e80",
    "private use": "\ue000\uf8ff\U000f0000\U0010fffd",
    "Latin": "Müller ﬁnance Ångström ffi",
    "Tibetan": "བོད་ཡིག",
    "Uyghur": "ئۇيغۇر",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "Yi": "ꆈꌠꁱꂷ",
    "middle dots": "阿不都·热依木・买买提",
}


def write(order, name="form", env=None):
    """Writes the order's form; returns its path and the number of its pages."""
    source = FOLDER / (name + ".json")
    output = FOLDER / (name + ".pdf")
    source.write_text(json.dumps(order), encoding="utf-8")
    done = subprocess.run(
        [paths.program("tests/modules/form-writer"), paths.SOURCE / "data/profiles/demo.ini",
         source, output], check=True, capture_output=True, text=True, timeout=60,
        env={**os.environ, **(env or {})})
    return output, int(done.stdout.split()[0])


def text_of(pdf, *arguments):
    return subprocess.run([paths.tool("pdftotext"), *arguments, pdf, "-"], check=True,
                          capture_output=True, text=True, timeout=60).stdout


def bare(text):
    """Without white space and the marks for direction that pdftotext adds."""
    return "".join(c for c in text if not c.isspace() and c not in "\u202a\u202b\u202c")


def values(order):
    for group in ("organization", "agent"):
        for key, value in order[group].items():
            if not key.endswith("type") and key != "country":
                yield key, value
    yield from (("number", order["number"]), ("token", order["token"]))


def picture(pdf, name, resolution, page=1):
    """Renders a page in grey; returns width, height, bytes and the file."""
    path = FOLDER / name
    subprocess.run([paths.tool("pdftoppm"), "-gray", "-r", str(resolution), "-f", str(page), "-l",
                    str(page), "-singlefile", pdf, path], check=True, timeout=60)
    data = path.with_suffix(".pgm").read_bytes()
    _, size, _, pixels = data.split(b"\n", 3)
    width, height = map(int, size.split())
    return width, height, pixels, path.with_suffix(".pgm")


def read_code(image):
    done = subprocess.run([paths.tool("zbarimg"), "--quiet", "--raw", "-Sdisable",
                           "-Sqrcode.enable", image], capture_output=True, text=True, timeout=60,
                          check=False)
    return done.stdout.strip()


@case("every value can be copied", args=[("unlock",), ("apply",)])
def every_value_can_be_copied(kind):
    order = UNLOCK if kind == "unlock" else APPLY
    text = text_of(write(order)[0], "-layout")
    for key, value in values(order):
        tap.contains(text, value, key)
    for part in ("机构数字证书申请表", "印钥演示认证中心", "经办人签字", "申请日期", "申请单位声明", "加盖公章",
                 "居民身份证", "400-000-0000", "jpg、png、gif、bmp 或 pdf", "2026年11月22日 21:08"):
        tap.contains(text, part)
    tap.contains(text, "不超过 1024 KB" if kind == "unlock" else "不超过 5 MB")
    if kind == "apply":
        for part in ("统一社会信用代码", "企业", "中国", "3 年", order["seal_name"], "寄给认证机构"):
            tap.contains(text, part)


@case("the business type is ticked", args=list(zip(TYPES, TITLES)))
def type_is_ticked(kind, title):
    order = {**(UNLOCK if kind == "unlock" else APPLY), "type": kind}
    pdf, pages = write(order)
    tap.equal(pages, 1, "pages")
    text = bare(text_of(pdf, "-layout"))
    tap.contains(text, "☑" + title)
    tap.equal(text.count("☑"), 1, "ticks")
    for other in TITLES:
        if other != title:
            tap.contains(text, "□" + other)


@case("rare characters are copied intact", args=[(name,) for name in RARE])
def rare_characters(name):
    order = copy.deepcopy(UNLOCK)
    order["organization"]["name"] = "单位" + RARE[name]
    order["agent"]["name"] = RARE[name]
    pdf, _ = write(order)
    text = bare(text_of(pdf, "-layout"))
    tap.contains(text, bare("单位" + RARE[name]), name)
    tap.equal(text.count(bare(RARE[name])), 2, "times it is there")


@case
def a_name_of_all_extensions_is_copied_intact():
    order = copy.deepcopy(UNLOCK)
    name = "".join(RARE[block] for block in RARE
                   if block.startswith("ext") or block in ("private use", "compatibility ideographs"))
    order["organization"]["name"] = name
    order["agent"]["name"] = name
    pdf, pages = write(order)
    tap.equal(pages, 1, "pages")
    tap.equal(bare(text_of(pdf, "-layout")).count(name), 2, "times it is there")


@case
def no_character_is_invisible():
    """cairo's own subsets of CFF fonts lose the outline of some characters, as of this one."""
    order = copy.deepcopy(UNLOCK)
    places = {}
    for sign in ("一", "如", "\U00030000", "\ue000"):
        order["agent"]["name"] = sign
        width, height, pixels, _ = picture(write(order)[0], "sign", 72)
        box = [pixels[y * width + x] for y in range(321, 344) for x in range(132, 150)]
        places[sign] = sum(value < 160 for value in box)
    for sign, dark in places.items():
        tap.ok(dark >= 5, "U+%04X has %d dark pixels: %s" % (ord(sign), dark, places))
    tap.ok(places["如"] > 2 * places["一"], places)


def longest():
    order = copy.deepcopy(APPLY)
    wide = "龘靐齉爩鱻麤灪爨癵籱厵" * 30
    order["organization"].update(
        name=wide[:64], document_type="other", document_number="W" * 64, province=wide[:128],
        city=wide[1:129], address=wide[2:202], phone="+86 0755 0000 000")
    order["agent"].update(name="W" * 64, document_type="other", document_number="M" * 64,
                          email="w" * 242 + "@example.com")
    order["seal_name"] = wide[3:67]
    return order


@case
def the_longest_data_has_two_pages_and_is_whole():
    order = longest()
    pdf, pages = write(order)
    tap.equal(pages, 2, "pages")
    text = bare(text_of(pdf, "-x", "130", "-y", "100", "-W", "420", "-H", "700"))
    for key, value in values(order):
        tap.contains(text, bare(value), key)
    for page in (1, 2):
        tap.contains(text_of(pdf, "-layout", "-f", str(page), "-l", str(page)), "第 %d 页 共 2 页" % page)
        width, height, pixels, image = picture(pdf, "page", 150, page)
        tap.equal(read_code(image), CODE)
        expect_empty_margins(width, height, pixels, 150)


@case
def the_longest_name_and_address_stay_on_one_page():
    order = copy.deepcopy(UNLOCK)
    order["organization"]["name"] = "龘" * 64
    order["agent"]["name"] = "靐" * 64
    pdf, pages = write(order)
    tap.equal(pages, 1, "pages")
    text = bare(text_of(pdf, "-x", "130", "-y", "100", "-W", "420", "-H", "700"))
    tap.contains(text, "龘" * 64)
    tap.contains(text, "靐" * 64)


def expect_empty_margins(width, height, pixels, resolution):
    """10 mm on every side: further out no office printer prints."""
    margin = int(10 / 25.4 * resolution)
    rows = [pixels[y * width:(y + 1) * width] for y in range(height)]
    inked = [y for y, row in enumerate(rows)
             if (y < margin or y >= height - margin) and min(row) < 250]
    tap.equal(inked, [], "rows with ink in the margins")
    inked = [y for y, row in enumerate(rows)
             if min(row[:margin]) < 250 or min(row[width - margin:]) < 250]
    tap.equal(inked, [], "rows with ink in the side margins")


@case("margins are empty", args=[("unlock",), ("apply",)])
def margins_are_empty(kind):
    pdf, _ = write(UNLOCK if kind == "unlock" else APPLY)
    width, height, pixels, _ = picture(pdf, "margins", 100)
    tap.equal((width, height), (827, 1170), "A4 at 100 dpi")
    expect_empty_margins(width, height, pixels, 100)


@case
def the_code_is_read():
    pdf, _ = write(UNLOCK)
    image = picture(pdf, "code", 150)[3]
    tap.equal(read_code(image), CODE)


@case("the code is read from a poor scan", args=[(7,), (183,)])
def the_code_is_read_from_a_poor_scan(degrees):
    pdf, _ = write(APPLY)
    image = picture(pdf, "good", 150)[3]
    poor = FOLDER / "poor.png"
    subprocess.run([paths.tool("convert"), image, "-seed", "1", "-background", "gray85", "-rotate",
                    str(degrees), "-attenuate", "0.4", "+noise", "Gaussian", "-blur", "0x0.8",
                    "-level", "-10%,115%", poor], check=True, timeout=60)
    tap.equal(read_code(poor), CODE)


@case
def all_fonts_are_in_the_file():
    pdf, _ = write(APPLY)
    lines = subprocess.run([paths.tool("pdffonts"), pdf], check=True, capture_output=True,
                           text=True, timeout=60).stdout.splitlines()[2:]
    tap.ok(lines, "no fonts")
    for line in lines:
        embedded, _, unicode_map = line.split()[-5:-2]
        tap.equal((embedded, unicode_map), ("yes", "yes"), line)


@case
def the_file_says_what_it_is():
    pdf, _ = write(UNLOCK)
    info = subprocess.run([paths.tool("pdfinfo"), "-rawdates", pdf], check=True,
                          capture_output=True, text=True, timeout=60).stdout
    fields = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    fields = {key: value.strip() for key, value in fields.items()}
    tap.equal(fields["Title"], "机构数字证书申请表")
    tap.equal(fields["Author"], "印钥演示认证中心")
    tap.equal(fields["Subject"], NUMBER)
    tap.contains(fields["CreationDate"], "20261122130825")
    tap.contains(fields["Page size"], "A4")
    subprocess.run([paths.tool("qpdf"), "--check", pdf], check=True, capture_output=True, timeout=60)
    tap.ok(pdf.stat().st_size < 300_000, "%d bytes" % pdf.stat().st_size)


@case
def the_same_bytes_everywhere():
    wanted = write(APPLY)[0].read_bytes()
    for env in ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8", "LANGUAGE": "ja"}, {"TZ": "America/New_York"},
                {"FC_LANG": "ja"}, {"PANGO_LANGUAGE": "ja"}, {"DISPLAY": ""}):
        tap.ok(write(APPLY, "again", env)[0].read_bytes() == wanted, env)


@case
def the_office_prints_the_forms_of_all_orders():
    with Office() as office:
        output = FOLDER / "office.pdf"
        applied = office.service.add_order(DETAILS)
        done = office.service.office_process("order", "form", applied, "--output", output)
        tap.equal((done.returncode, done.stderr), (0, ""))
        tap.equal(output.stat().st_mode & 0o777, 0o600, "mode")
        text = text_of(output, "-layout")
        for part in (applied, "☑ 新申请", "91440300MA0000YY0T", "zhangsan@example.com"):
            tap.contains(text, part)

        again = office.service.office_process("order", "form", applied, "--output", output)
        tap.equal(again.returncode, 1, "a file that is there")
        tap.contains(again.stderr, "office.pdf")
        tap.equal(office.service.office_process("order", "form", applied).returncode, 2)
        missing = office.service.office_process("order", "form", "0", "--output", FOLDER / "none.pdf")
        tap.equal(missing.returncode, 1, "no such order")
        tap.ok(not (FOLDER / "none.pdf").exists())

        token = office.issue("T1")
        begun = office.service.post("/api/v1/orders", {
            "type": "unlock", "token": token, "organization": UNLOCK["organization"],
            "agent": {**UNLOCK["agent"], "name": "李四"}}).json["order"]
        unlock = FOLDER / "unlock.pdf"
        done = office.service.office_process("order", "form", begun["number"], "--output", unlock)
        tap.equal((done.returncode, done.stderr), (0, ""))
        # What the client makes from what it was told is the same file.
        tap.ok(write(begun, "client")[0].read_bytes() == unlock.read_bytes(), "two forms differ")
        image = picture(unlock, "unlock", 150)[3]
        tap.equal(read_code(image), "YINYAO-FORM:1:certificate-form:" + begun["number"])


if __name__ == "__main__":
    tap.main(teardown=lambda: shutil.rmtree(FOLDER, ignore_errors=True))
