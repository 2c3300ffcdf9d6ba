#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application form in a window: seen, saved, printed."""
import json
import os
import subprocess

from harness import paths, tap, ui

ORDER = {
    'number': '20261122000123', 'type': 'unlock', 'state': 'draft', 'paid': False,
    'token': 'YY00000000000042', 'organization': {'name': '深圳市示例文具有限公司'},
    'agent': {'name': '张三', 'document_type': 'identity-card',
              'document_number': '11010519491231002X', 'mobile': '13800000000'},
    'created': '2026-11-22T13:08:25Z', 'updated': '2026-11-22T13:08:25Z',
}
LONG = {
    **ORDER, 'type': 'apply', 'years': 1, 'seal': True, 'seal_name': '龘' * 64,
    'organization': {'name': '靐' * 64, 'document_type': 'other', 'document_number': 'W' * 64,
                     'country': 'CN', 'province': '齉' * 128, 'city': '爩' * 128,
                     'address': '鱻' * 200, 'phone': '0755-00000000', 'type': 'enterprise'},
    'agent': {**ORDER['agent'], 'email': 'w' * 242 + '@example.com'},
}
LABEL = '机构数字证书申请表, order 20261122000123, page %d of %d'
FILE = '机构数字证书申请表-20261122000123.pdf'

desktop = ui.Desktop()


class Window(ui.Client):
    PROGRAM = 'tests/ui/form-window'

    def __init__(self, order=None, size=None, dark=False, chooses=False):
        # GTK's file chooser, and libcloudproviders below it, leak what they remember of folders.
        options = os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'
        path = desktop.folder / 'order.json'
        path.write_text(json.dumps(order or ORDER))
        super().__init__(desktop, size=size, draws=False,
                         env={'LANGUAGE': 'en', **({'ASAN_OPTIONS': options} if chooses else {})},
                         arguments=[str(paths.SOURCE / 'data/profiles/demo.ini'), str(path)] +
                         (['dark'] if dark else []))

    def start(self):
        super().start()
        self.wait_text('ready')

    def papers(self):
        return [node for node in self.nodes() if node.name.startswith('机构数字证书申请表')]

    def stop(self):
        complaints = [line for line in self.log().splitlines()
                      if 'WARNING' in line or 'CRITICAL' in line]
        status = super().stop()
        tap.equal(complaints, [], 'complaints')
        return status


def pdf_text(path):
    return subprocess.run([paths.tool('pdftotext'), '-layout', path, '-'], check=True,
                          capture_output=True, text=True).stdout


@tap.case
def every_page_is_a_picture_with_a_name():
    with Window() as window:
        papers = ui.wait(window.papers, 'no paper')
        tap.equal([p.name for p in papers], [LABEL % (1, 1)])
        tap.ok(papers[0].role in ('image', 'img', 'graphic'), papers[0].role)
        window.screenshot('form-view')
    with Window(LONG) as window:
        papers = ui.wait(window.papers, 'no paper')
        tap.equal([p.name for p in papers], [LABEL % (n, 2) for n in (1, 2)])


@tap.case
def a_page_is_as_wide_as_there_is_room():
    for size, low, high in (((440, 500), 380, 420), ((700, 500), 600, 680), ((1200, 780), 690, 720)):
        with Window(size=size) as window:
            paper = ui.wait(lambda: [p for p in window.papers() if low <= p.box[2] <= high],
                            lambda: 'widths: %s' % [p.box for p in window.papers()])[0]
            _, _, width, height = paper.box
            tap.ok(abs(height / width - 297 / 210) < 0.01, paper.box)
            window.screenshot('form-view-%d' % size[0])


@tap.case
def paper_is_white_in_dark_style_too():
    with Window(dark=True) as window:
        x, y = ui.wait(window.papers, 'no paper')[0].box[:2]

        def light():
            return float(subprocess.run(
                [paths.tool('convert'), str(window.screenshot('form-view-dark')), '-crop',
                 '20x20+%d+%d' % (x + 20, y + 20), '-format', '%[fx:minima]', 'info:'],
                check=True, capture_output=True, text=True).stdout)

        ui.wait(lambda: light() == 1, lambda: 'the paper has %s of white' % light())


@tap.case
def it_is_saved_as_pdf():
    folder = desktop.folder
    with Window(chooses=True) as window:
        window.button('Save Form').press()
        window.wait_text('Save Application Form')
        window.focus_window()
        name = ui.wait(lambda: window.find(FILE) or window.entry('Name'), 'no name')
        tap.ok(name, 'the suggested name')
        window.key('ctrl+a')
        window.type(str(folder / 'saved.pdf') + '\n')
        window.wait_text('Application form saved')
    text = pdf_text(folder / 'saved.pdf')
    tap.contains(text, '深圳市示例文具有限公司')
    tap.contains(text, '20261122000123')


@tap.case
def what_cannot_be_saved_is_said():
    with Window(chooses=True) as window:
        window.button('Save Form').press()
        window.wait_text('Save Application Form')
        window.focus_window()
        window.key('ctrl+a')
        window.type('/proc/form.pdf\n')
        window.wait_text('The form was not saved')
        window.screenshot('form-view-error')
        window.focus_window()
        window.key('Escape')
        window.wait_no_text('The form was not saved')


def same_ink(printed):
    """What is printed stands where it stands in the form's own file, to a pixel of 72 dpi."""
    order = desktop.folder / 'order.json'
    made = desktop.folder / 'made.pdf'
    subprocess.run([paths.program('tests/modules/form-writer'),
                    str(paths.SOURCE / 'data/profiles/demo.ini'), str(order), str(made)],
                   check=True, stdout=subprocess.DEVNULL)
    boxes = []
    for path in (printed, made):
        picture = subprocess.run([paths.tool('pdftoppm'), '-r', '72', '-gray', path], check=True,
                                 capture_output=True).stdout
        boxes.append(subprocess.run(
            [paths.tool('convert'), 'pgm:-', '-threshold', '60%', '-format', '%@', 'info:'],
            input=picture, check=True, capture_output=True).stdout.decode())
    places = [[int(n) for n in box.replace('x', '+').split('+')] for box in boxes]
    tap.ok(all(abs(a - b) <= 1 for a, b in zip(*places)), boxes)


@tap.case
def it_is_printed():
    with Window() as window:
        window.button('Print Form').press()
        window.wait_text('Print to File')
        window.find('Print to File').click()
        window.screenshot('form-view-print')
        window.button('_Print Print').press()
        printed = desktop.folder / FILE
        ui.wait(lambda: printed.exists() and b'%%EOF' in printed.read_bytes()[-32:],
                lambda: 'nothing is printed: %s' % window.texts())
    tap.contains(pdf_text(printed), '深圳市示例文具有限公司')
    info = subprocess.run([paths.tool('pdfinfo'), printed], check=True, capture_output=True,
                          text=True).stdout
    tap.contains(info, 'A4')
    same_ink(printed)


@tap.case
def without_a_form_there_is_nothing_to_save():
    with Window() as window:
        ui.wait(window.papers, 'no paper')
        window.button('Clear Form').press()
        ui.wait(lambda: not window.papers(), 'the paper stays')
        window.button('Save Form').press()
        window.button('Print Form').press()
        tap.ok(not window.has_text('Save Application Form'))


if __name__ == '__main__':
    tap.main(desktop.__enter__, desktop.close)
