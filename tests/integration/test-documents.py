#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of uploaded documents, on files of other programs and on hostile ones."""
import io
import random
import shutil
import subprocess
import time
import zipfile
import zlib
from pathlib import Path

from harness import documents, paths, tap

MAX_PAGES = 20
folder = None


def check_files(files):
    """[(fault, format, width, height, pages)] of the files."""
    answer = subprocess.run([paths.program('tests/integration/document-check'), *map(str, files)],
                            check=True, capture_output=True, text=True, timeout=60)
    return [(f, s, int(w), int(h), int(p))
            for f, s, w, h, p in (line.split() for line in answer.stdout.splitlines())]


def check(data):
    path = folder / 'document'
    path.write_bytes(data)
    return check_files([path])[0]


def fault(data):
    return check(data)[0]


def qpdf(name, *arguments):
    path = folder / name
    subprocess.run([paths.tool('qpdf'), *map(str, arguments), str(path)], check=True,
                   capture_output=True)
    return path


PICTURES = [
    ('a.jpg', 'jpg'), ('progressive.jpg', 'jpg', '-interlace', 'JPEG'),
    ('grey.jpg', 'jpg', '-colorspace', 'gray'), ('cmyk.jpg', 'jpg', '-colorspace', 'CMYK'),
    ('restart.jpg', 'jpg', '-define', 'jpeg:restart-interval=2'),
    ('arithmetic.jpg', 'jpg', '-define', 'jpeg:arithmetic-coding=true'),
    ('comment.jpg', 'jpg', '-set', 'comment', 'x' * 3000),
    ('a.png', 'png'), ('interlaced.png', 'png', '-interlace', 'PNG'),
    ('PNG8:palette.png', 'png', '-colors', '16'), ('PNG48:deep.png', 'png'),
    ('alpha.png', 'png', '-alpha', 'on', '-channel', 'A', '-evaluate', 'set', '50%'),
    ('grey.png', 'png', '-colorspace', 'gray', '-depth', '1'),
    ('a.gif', 'gif'), ('interlaced.gif', 'gif', '-interlace', 'GIF'),
    ('animated.gif', 'gif', '-duplicate', '5', '-set', 'delay', '20', '-loop', '0'),
    ('GIF87:old.gif', 'gif'),
    ('a.bmp', 'bmp'), ('BMP2:core.bmp', 'bmp'), ('BMP3:info.bmp', 'bmp'),
    ('BMP:v5.bmp', 'bmp', '-alpha', 'on', '-channel', 'A', '-evaluate', 'set', '50%'),
    ('rle.bmp', 'bmp', '-colors', '16', '-type', 'palette', '-compress', 'RLE'),
    ('palette.bmp', 'bmp', '-colors', '16', '-type', 'palette'),
    ('mono.bmp', 'bmp', '-monochrome'),
    ('BMP:565.bmp', 'bmp', '-define', 'bmp:subtype=RGB565'),
]


@tap.case
def pictures_of_every_kind_are_good():
    made = [documents.picture(folder, name, *options) for name, _, *options in PICTURES]
    for path, (name, kind, *_), found in zip(made, PICTURES, check_files(made)):
        tap.equal(found, ('good', kind, 300, 200, 1), name)


@tap.case
def exif_and_what_scanners_leave_behind():
    jpeg = documents.picture(folder, 'plain.jpg').read_bytes()
    exif = b'Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0'
    turned = jpeg[:2] + b'\xff\xe1' + (len(exif) + 2).to_bytes(2, 'big') + exif + jpeg[2:]
    tap.equal(check(turned), ('good', 'jpg', 300, 200, 1))
    for tail in [b'\0', b'\r\n', b'\0' * 5000, b'\xff' * 512, b'scanner 1.0', jpeg]:
        tap.equal(fault(jpeg + tail), 'good', 'tail %r' % tail[:20])
    for tail in [documents.pdf(), b'%PDF-1.4', b'PK\3\4', b'x' * 65, jpeg[:-1], jpeg * 9]:
        tap.equal(fault(jpeg + tail), 'content', 'tail %r' % tail[:20])


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        z.writestr('a', 'b' * 100)
    return out.getvalue()


@tap.case
def a_picture_that_is_something_else_too():
    for name in ['plain.jpg', 'plain.png', 'plain.gif', 'plain.bmp']:
        data = documents.picture(folder, name).read_bytes()
        tap.equal(fault(data), 'good', name)
        for more in [archive(), documents.pdf(), b'x' * 100]:
            tap.equal(fault(data + more), 'content', name)
    jpeg = documents.picture(folder, 'plain.jpg').read_bytes()
    for hidden in [b'%PDF-1.4\n', archive()]:
        comment = b'\xff\xfe' + (len(hidden) + 2).to_bytes(2, 'big') + hidden
        tap.equal(fault(jpeg[:2] + comment + jpeg[2:]), 'content', 'in a comment')


@tap.case
def sizes_and_types():
    jpeg = documents.picture(folder, 'plain.jpg').read_bytes()
    full = documents.pdf().replace(b'%\xe2', b'%' + b'x' * (2**20 - len(documents.pdf())) + b'\xe2')
    tap.equal(len(full), 2**20)
    tap.equal(fault(full), 'good', '1 MiB')
    tap.equal(fault(full + b'\n'), 'too-large')
    tap.equal(fault(b''), 'empty')
    for other in [b'\0', b'\n', jpeg[:2], b'<html>', archive(), b'PK', b'MZ' + b'\0' * 100, b'II*\0',
                  b'RIFF\0\0\0\0WEBP', b'<svg xmlns="http://www.w3.org/2000/svg"/>', b'%!PS-Adobe',
                  b' ' + documents.pdf()]:
        tap.equal(fault(other), 'type', repr(other[:10]))


@tap.case
def pdfs_of_other_programs():
    plain = folder / 'plain.pdf'
    plain.write_bytes(documents.pdf(3))
    made = [plain, folder / 'cairo.pdf', qpdf('packed.pdf', '--object-streams=generate', plain),
            qpdf('linear.pdf', '--linearize', plain), qpdf('qdf.pdf', '--qdf', plain),
            qpdf('both.pdf', '--linearize', '--object-streams=generate', plain)]
    subprocess.run([paths.tool('pdftocairo'), '-pdf', plain, made[1]], check=True)
    made.append(qpdf('cairo-packed.pdf', '--object-streams=generate', made[1]))
    made.append(folder / 'united.pdf')
    subprocess.run([paths.tool('pdfunite'), plain, made[1], made[-1]], check=True)
    for path, found in zip(made, check_files(made)):
        pages = 6 if path.name == 'united.pdf' else 3
        tap.equal(found, ('good', 'pdf', 0, 0, pages), path.name)


@tap.case
def encrypted_pdfs():
    plain = folder / 'plain.pdf'
    plain.write_bytes(documents.pdf(3))
    for password in ['', 'secret']:
        for more in [[], ['--object-streams=generate']]:
            path = qpdf('encrypted.pdf', *more, '--encrypt', password, 'owner', '256', '--', plain)
            tap.equal(fault(path.read_bytes()), 'content', str(more))


@tap.case
def pages_are_counted_wherever_they_are():
    for pages in [1, MAX_PAGES, MAX_PAGES + 1, 100]:
        plain = folder / 'pages.pdf'
        plain.write_bytes(documents.pdf(pages))
        wanted = 'good' if pages <= MAX_PAGES else 'pages'
        for path in [plain, qpdf('p.pdf', '--object-streams=generate', plain),
                     qpdf('l.pdf', '--linearize', plain)]:
            tap.equal(fault(path.read_bytes()), wanted, '%d pages' % pages)
        packed = documents.packed_pdf(documents.page_objects(pages))
        tap.equal(fault(packed), wanted, '%d packed pages' % pages)
        unpacked = documents.packed_pdf(documents.page_objects(pages), bytes, b'')
        tap.equal(fault(unpacked), wanted, '%d pages in a plain object stream' % pages)


def poppler_pages(data):
    """What a viewer thinks the document has."""
    path = folder / 'viewed.pdf'
    path.write_bytes(data)
    info = subprocess.run([paths.tool('pdfinfo'), path], capture_output=True, text=True)
    lines = [line for line in info.stdout.splitlines() if line.startswith('Pages:')]
    return int(lines[0].split()[1]) if lines else 0


def many(kids):
    """The objects of a document whose pages node has these kids, and one page, 4."""
    return {**documents.page_objects(1), 2: b'<</Type /Pages /Kids %s /Count 100 '
            b'/MediaBox [0 0 9 9]>>' % kids}


HUNDRED = b'[' + b'4 0 R ' * 100 + b']'
HIDDEN = [
    ('one page a hundred times', documents.assemble(many(HUNDRED))),
    ('a count that is not true', documents.assemble(many(b'[4 0 R]'))),
    ('kids in an object of their own', documents.assemble({**many(b'50 0 R'), 50: HUNDRED})),
    ('kids by way of two references',
     documents.assemble({**many(b'50 0 R'), 50: b'51 0 R', 51: HUNDRED})),
    ('a name with escapes', documents.assemble(many(HUNDRED)).replace(b'/Kids', b'/#4bids')),
    ('kids twice, the good ones first',
     documents.assemble({**many(b'[4 0 R] /Kids ' + HUNDRED)})),
    ('kids twice, the good ones last',
     documents.assemble({**many(HUNDRED + b' /Kids [4 0 R]')})),
    ('pages without a type',
     documents.pdf(100).replace(b'/Type /Page /', b'/').replace(b'/Type /Pages', b'')),
    ('nodes in nodes', documents.assemble({**many(b'[50 0 R 51 0 R 52 0 R]'), **{
        50 + i: b'<</Type /Pages /Parent 2 0 R /Count 9 /Kids [' + b'4 0 R ' * 9 + b']>>'
        for i in range(3)}})),
    ('doubled seven times', documents.assemble({**many(b'[50 0 R]'), **{
        50 + i: b'<</Type /Pages /Count 1 /Kids [%d 0 R %d 0 R]>>' % (51 + i, 51 + i)
        for i in range(7)}, 57: b'<</Type /Page>>'})),
    ('two versions, the long one first',
     documents.pdf(100).replace(b'xref\n', b'2 0 obj <</Type /Pages /Count 1 /Kids [4 0 R]>> '
                                b'endobj\nxref\n', 1)),
    ('the long version in a stream',
     documents.assemble({**documents.page_objects(1), 60: documents.stream(
         b'', b'2 0 obj<</Type /Pages /Count 100 /Kids %s>> endobj' % HUNDRED)})),
    ('the long version in a string',
     documents.assemble({**documents.page_objects(1),
                         60: b'(2 0 obj<</Type/Pages/Count 100/Kids%s>>endobj)' % HUNDRED})),
    ('the long version in a comment',
     documents.pdf().replace(b'xref\n', b'%%2 0 obj<</Type/Pages/Count 9/Kids%s>>endobj\nxref\n' %
                             HUNDRED, 1)),
    ('header with a comment inside',
     documents.pdf(100).replace(b'\n2 0 obj', b'\n2 %x\n0 obj')),
    ('header with a comment behind',
     documents.pdf(100).replace(b'\n2 0 obj', b'\n2 0%x\nobj')),
    ('header without a space', documents.pdf(100).replace(b'\n2 0 obj', b'\n2 0obj')),
    ('header with signs', documents.pdf(100).replace(b'\n2 0 obj', b'\n2 +0 obj')),
    ('header with zeros', documents.pdf(100).replace(b'\n2 0 obj', b'\n' + b'0' * 30 + b'2 0 obj')),
    ('another catalogue',
     documents.pdf(100).replace(b'xref\n', b'99 0 obj<</Type/Catalog/Pages 4 0 R>>endobj\nxref\n',
                                1)),
    ('object stream without a type',
     documents.packed_pdf(documents.page_objects(100)).replace(b'/Type /ObjStm', b'')),
    ('object stream, twice filtered',
     documents.packed_pdf(documents.page_objects(100),
                          lambda d: zlib.compress(zlib.compress(d)),
                          b'/Filter [/FlateDecode /FlateDecode]')),
    ('object stream in hexadecimal digits',
     documents.packed_pdf(documents.page_objects(100), lambda d: d.hex().encode() + b'>',
                          b'/Filter /ASCIIHexDecode')),
    ('object stream with the short name of a filter',
     documents.packed_pdf(documents.page_objects(100), zlib.compress, b'/F /Fl')),
    ('object stream with two filters to choose from',
     documents.packed_pdf(documents.page_objects(100), zlib.compress,
                          b'/Filter /FlateDecode /Filter /FlateDecode')),
]


@tap.case('more pages than allowed, hidden:', args=[(name,) for name, _ in HIDDEN])
def hidden_pages(name):
    data = dict(HIDDEN)[name]
    found = fault(data)
    tap.diag('found: %s; a viewer: %d' % (found, poppler_pages(data)))
    tap.ok(found in ('pages', 'content'), found)


@tap.case
def lists_that_are_no_pages_do_not_count():
    more = {n: b'<</Limits [(a) (b)] /Names []>>' for n in range(50, 90)}
    names = b'[' + b' '.join(b'%d 0 R' % n for n in more) + b']'
    objects = {**documents.page_objects(3), **more,
               1: b'<</Type /Catalog /Pages 2 0 R /Names <</Dests 40 0 R>> /AcroForm <</Fields %s>> '
                  b'/Outlines 41 0 R>>' % names,
               40: b'<</Kids %s>>' % names,
               41: b'<</Type /Outlines /Count 99 /First 50 0 R /Last 51 0 R>>'}
    tap.equal(check(documents.assemble(objects)), ('good', 'pdf', 0, 0, 3))
    tap.equal(check(documents.packed_pdf(objects)), ('good', 'pdf', 0, 0, 3))


@tap.case
def a_text_that_speaks_of_objects():
    text = b'(the trailer) Tj (7 objects, 1 obj, trailer endobj) Tj\n'
    tap.equal(fault(documents.pdf(content=text)), 'good')


@tap.case
def damaged_pdfs():
    good = documents.pdf(3)
    for bad in [
            good[:-7], good[:len(good) // 2], good + b'x' * 100, good + archive(),
            good.replace(b'%PDF-1.5', b'%PDF-x.5'), good.replace(b'startxref', b'startxxxx'),
            good.replace(b'/Pages 2 0 R', b'/Pages 99 0 R'), good.replace(b'/Pages 2 0 R', b''),
            good.replace(b'[4 0 R', b'[2 0 R'), good.replace(b'[4 0 R', b'[88 0 R'),
            good.replace(b'[4 0 R', b'[<<>> '), good.replace(b'>>\nendobj\n3', b'\nendobj\n3'),
            good.replace(b'startxref\n', b'startxref\n9999999'), b'%PDF-1.5\n%%EOF\n',
            documents.assemble({1: b'[' * 5000}), documents.assemble({1: b'<</A' * 5000}),
            documents.assemble({1: b'(' * 500000})]:
        tap.equal(fault(bad), 'content', repr(bad[:30]))


# What would cost a careless reader dearly. All within a second, and within little memory.

def objects_in_each_other():
    return documents.assemble({**documents.page_objects(1), 9: b'9 0 obj<</A ' * 80000})


def deflate_with_spaces(data):
    """900 MB behind the data, in 900 KB."""
    zlibber = zlib.compressobj(9)
    return zlibber.compress(data) + b''.join(
        zlibber.compress(b' ' * 1_000_000) for _ in range(900)) + zlibber.flush()


BOMBS = [
    ('900 MB of spaces', lambda: documents.packed_pdf(
        documents.page_objects(1), deflate_with_spaces)),
    ('much that is not quite a bomb', lambda: documents.packed_pdf(
        documents.page_objects(1),
        lambda d: zlib.compress(d + random.Random(1).randbytes(20_000) * 190, 9))),
    ('objects in each other', objects_in_each_other),
    ('strings without end', lambda: documents.assemble(
        {**documents.page_objects(1), 9: b'9 0 obj(' * 120000})),
    ('names without end', lambda: documents.assemble(
        {**documents.page_objects(1), 9: b'/' + b'9 0 obj/' * 120000})),
    ('numbers', lambda: documents.assemble(
        {**documents.page_objects(1), 9: b'[' + b'1 ' * 500000 + b']'})),
    ('spaces', lambda: documents.assemble({**documents.page_objects(1), 9: b' ' * 1000000})),
    ('comments', lambda: documents.assemble({**documents.page_objects(1), 9: b'%\robj\r' * 160000})),
    ('many objects', lambda: documents.assemble(documents.page_objects(1)).replace(
        b'xref\n', b'9 0 obj 1 ' * 100000 + b'xref\n', 1)),
    ('many trailers', lambda: documents.assemble({9: b'trailer<<' * 110000})),
    ('one object a million times', lambda: documents.packed_pdf(
        documents.page_objects(1),
        lambda d: zlib.compress(b'1 0 ' * 900000 + b'0', 9))),
    ('many small streams', lambda: documents.assemble({
        n: documents.stream(b'/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode',
                            zlib.compress(b'9 0 ' + b' ' * 60000, 9)) for n in range(1, 3000)})),
    ('a long chain of nodes', lambda: documents.assemble({**many(b'[50 0 R]'), **{
        50 + n: b'<</Kids [%d 0 R]>>' % (51 + n) for n in range(10000)}})),
    ('a palette of pixels', lambda: b'GIF89a\xff\xff\xff\xff\0\0\0' + b';'),
    ('a GIF of many images', lambda: b'GIF89a\x10\0\x10\0\0\0\0' +
     b'\x2c\0\0\0\0\xff\x3f\xff\x3f\0\2\0' * 80000 + b';'),
]


HARMLESS = ['numbers', 'spaces', 'much that is not quite a bomb']


def check_measured(path):
    """The fault, and how much memory the program took at most, in MB."""
    answer = subprocess.run([paths.program('tests/integration/document-check'), '--memory', path],
                            check=True, capture_output=True, text=True, timeout=60)
    peak = [line for line in answer.stdout.splitlines() if line.startswith('VmHWM:')]
    return answer.stdout.split()[0], int(peak[0].split()[1]) // 1024


@tap.case('looked at within a second:', args=[(name,) for name, _ in BOMBS])
def bombs(name):
    data = dict(BOMBS)[name]()
    tap.ok(len(data) <= 2**20, 'too large: %d' % len(data))
    (folder / 'bomb').write_bytes(data)
    started = time.monotonic()
    found, memory = check_measured(folder / 'bomb')
    used = time.monotonic() - started
    tap.diag('%s in %.2f s, with %d MB' % (found, used, memory))
    tap.ok(used < 1.5, '%.2f s' % used)
    tap.ok(memory < 150, '%d MB' % memory)
    tap.equal(found, 'good' if name in HARMLESS else 'content')


def setup():
    global folder
    folder = Path(paths.temporary_folder('documents'))


def teardown():
    shutil.rmtree(folder)


if __name__ == '__main__':
    tap.main(setup, teardown)
