# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents for uploads: PDFs written here byte by byte, pictures drawn by ImageMagick.

    documents.pdf(pages=2)                      bytes of a PDF, A4, half red and half blue
    documents.picture(folder, 'a.png')          a path; 300 x 200, left half red, right half blue
"""
import subprocess
import zlib
from pathlib import Path

from . import paths

A4 = (595, 842)
RED_AND_BLUE = b'1 0 0 rg 0 0 297.5 842 re f 0 0 1 rg 297.5 0 297.5 842 re f'


def stream(dictionary, data):
    return b'<<%s /Length %d>>\nstream\n%s\nendstream' % (dictionary, len(data), data)


def assemble(objects, trailer=b'', header=b'%PDF-1.5\n%\xe2\xe3\xcf\xd3\n'):
    """A PDF of {number: bytes}, with a plain table of cross-references."""
    out = bytearray(header)
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b'%d 0 obj\n%s\nendobj\n' % (number, body)
    size = max(objects) + 1
    table = len(out)
    out += b'xref\n0 %d\n' % size
    for number in range(size):
        kind = b'n' if number in places else b'f'
        out += b'%010d %05d %s \n' % (places.get(number, 0), 0 if number in places else 65535, kind)
    out += b'trailer\n<</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n' % (size, trailer, table)
    return bytes(out)


def page_objects(pages, content=RED_AND_BLUE):
    """The objects of a document: 1 is the catalogue, 2 the pages, 3 what each of them shows."""
    kids = b' '.join(b'%d 0 R' % (4 + i) for i in range(pages))
    return {
        1: b'<</Type /Catalog /Pages 2 0 R>>',
        2: b'<</Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 %d %d]>>' % (kids, pages, *A4),
        3: stream(b'', content),
        **{4 + i: b'<</Type /Page /Parent 2 0 R /Contents 3 0 R>>' for i in range(pages)},
    }


def pdf(pages=1, content=RED_AND_BLUE, trailer=b''):
    return assemble(page_objects(pages, content), trailer)


def packed_pdf(objects, deflate=zlib.compress, dictionary=b'/Filter /FlateDecode'):
    """A PDF whose objects lie in an object stream, but for those that are streams themselves."""
    packed = {n: body for n, body in objects.items() if b'stream\n' not in body}
    plain = {n: body for n, body in objects.items() if n not in packed}
    bodies, table, place = b'', b'', 0
    for number, body in packed.items():
        table += b'%d %d ' % (number, place)
        bodies += body + b'\n'
        place = len(bodies)
    number = max(objects) + 1
    plain[number] = stream(b'/Type /ObjStm /N %d /First %d %s' %
                           (len(packed), len(table), dictionary), deflate(table + bodies))
    out = bytearray(b'%PDF-1.5\n')
    rows = {0: (0, 0, 65535)}
    for index, n in enumerate(packed):
        rows[n] = (2, number, index)
    for n, body in plain.items():
        rows[n] = (1, len(out), 0)
        out += b'%d 0 obj\n%s\nendobj\n' % (n, body)
    start = len(out)
    rows[number + 1] = (1, start, 0)
    data = b''.join(bytes([a]) + b.to_bytes(4, 'big') + c.to_bytes(2, 'big')
                    for a, b, c in (rows.get(n, (0, 0, 0)) for n in range(number + 2)))
    out += b'%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n' % (
        number + 1, stream(b'/Type /XRef /Root 1 0 R /W [1 4 2] /Size %d' % (number + 2), data),
        start)
    return bytes(out)


def picture(folder, name, *options, size=(300, 200)):
    """A picture of any format ImageMagick writes; `name` may say which: "BMP3:a.bmp"."""
    kind, _, plain = name.rpartition(':')
    path = Path(folder) / plain
    half = '%dx%d' % (size[0] // 2, size[1])
    subprocess.run([paths.tool('convert'), '-size', half, 'xc:red', 'xc:blue', '+append', *options,
                    (kind + ':' if kind else '') + str(path)], check=True, capture_output=True)
    return path
