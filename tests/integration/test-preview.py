#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that draws uploaded documents: looked at by its pixels, and fed with hostile ones."""
import functools
import os
import random
import resource
import shutil
import struct
import subprocess
import time
import zlib
from pathlib import Path

from harness import documents, paths, tap

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
TIME = 5  # seconds of the processor's time that the program gives itself
folder = None


def run(data, *arguments, **options):
    """The finished program, and the seconds it took."""
    started = time.monotonic()
    done = subprocess.run([paths.program('src/preview/yinyao-preview'), *map(str, arguments)],
                          input=data, capture_output=True, timeout=60, **options)
    return done, time.monotonic() - started


class Picture:
    """The pixels of a PNG as the program writes it: 8 bits, RGB or RGBA, read without a library."""

    def __init__(self, png):
        tap.equal(png[:8], b'\x89PNG\r\n\x1a\n', 'signature')
        position, data = 8, b''
        while position < len(png):
            length, kind = struct.unpack('>I4s', png[position:position + 8])
            body = png[position + 8:position + 8 + length]
            if kind == b'IHDR':
                self.width, self.height, depth, colour, _, _, interlace = struct.unpack('>IIBBBBB', body)
            elif kind == b'IDAT':
                data += body
            position += length + 12
        tap.equal((depth, interlace), (8, 0))
        self.channels = {2: 3, 6: 4}[colour]
        self.rows = self.unfilter(zlib.decompress(data))

    def unfilter(self, data):
        stride, step = self.width * self.channels, self.channels
        rows, above = [], bytearray(stride)
        for y in range(self.height):
            start = y * (stride + 1)
            kind, row = data[start], bytearray(data[start + 1:start + 1 + stride])
            for x in range(stride):
                left = row[x - step] if x >= step else 0
                up, corner = above[x], above[x - step] if x >= step else 0
                if kind == 1:
                    row[x] = (row[x] + left) & 255
                elif kind == 2:
                    row[x] = (row[x] + up) & 255
                elif kind == 3:
                    row[x] = (row[x] + (left + up) // 2) & 255
                elif kind == 4:
                    guess = left + up - corner
                    best = min((left, up, corner), key=lambda c: abs(guess - c))
                    row[x] = (row[x] + best) & 255
            rows.append(row)
            above = row
        return rows

    def at(self, x, y):
        """The colour at a place, given in fractions of the sides."""
        start = int(x * self.width) * self.channels
        return tuple(self.rows[int(y * self.height)][start:start + self.channels])

    def shows(self, x, y, colour, what, tolerance=12):
        got = self.at(x, y)
        tap.ok(all(abs(a - b) <= tolerance for a, b in zip(got, colour)),
               '%s: %r at (%g, %g), wanted %r' % (what, got, x, y, colour))
        tap.equal(got[3:] in [(), (255,)], True, 'opaque')


def preview(data, *arguments):
    done, _ = run(data, *arguments)
    tap.equal((done.returncode, done.stderr), (0, b''), 'result')
    return Picture(done.stdout)


HALF_RED, HALF_BLUE = (255, 128, 128), (128, 128, 255)
KINDS = [
    ('a.jpg', RED, BLUE), ('progressive.jpg', RED, BLUE, '-interlace', 'JPEG'),
    ('a.png', RED, BLUE), ('interlaced.png', RED, BLUE, '-interlace', 'PNG'),
    ('PNG48:deep.png', RED, BLUE), ('PNG8:palette.png', RED, BLUE, '-colors', '16'),
    ('alpha.png', HALF_RED, HALF_BLUE, '-alpha', 'on', '-channel', 'A', '-evaluate', 'set', '50%'),
    ('a.gif', RED, BLUE), ('GIF87:old.gif', RED, BLUE),
    ('animated.gif', RED, BLUE, '(', '+clone', '-negate', ')', '-loop', '0'),
    ('a.bmp', RED, BLUE), ('BMP2:core.bmp', RED, BLUE), ('BMP3:info.bmp', RED, BLUE),
    ('BMP:565.bmp', RED, BLUE, '-define', 'bmp:subtype=RGB565'),
    ('rle.bmp', RED, BLUE, '-colors', '16', '-type', 'palette', '-compress', 'RLE'),
]


@tap.case('picture', args=[(name,) for name, *_ in KINDS])
def picture(name):
    left, right, *options = next(kind[1:] for kind in KINDS if kind[0] == name)
    data = documents.picture(folder, name, *options).read_bytes()
    drawn = preview(data, 90, 90)
    tap.equal((drawn.width, drawn.height), (90, 60), 'size')
    drawn.shows(0.1, 0.5, left, name)
    drawn.shows(0.9, 0.5, right, name)
    whole = preview(data, 1000, 1000)
    tap.equal((whole.width, whole.height), (300, 200), 'a small one is not enlarged')
    whole.shows(0.1, 0.9, left, name)
    narrow = preview(data, 300, 20)
    tap.equal((narrow.width, narrow.height), (30, 20), 'size')


def turned(jpeg, orientation):
    exif = b'Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0' + bytes([orientation]) + b'\0' * 6
    return jpeg[:2] + b'\xff\xe1' + (len(exif) + 2).to_bytes(2, 'big') + exif + jpeg[2:]


@tap.case
def as_the_camera_was_held():
    jpeg = documents.picture(folder, 'a.jpg', size=(1200, 800)).read_bytes()
    for orientation, red, blue in [(1, (.1, .5), (.9, .5)), (3, (.9, .5), (.1, .5)),
                                   (6, (.5, .1), (.5, .9)), (8, (.5, .9), (.5, .1))]:
        drawn = preview(turned(jpeg, orientation), 90, 90)
        upright = orientation in (6, 8)
        tap.equal((drawn.width, drawn.height), (60, 90) if upright else (90, 60), orientation)
        drawn.shows(*red, RED, orientation)
        drawn.shows(*blue, BLUE, orientation)
    wide = preview(turned(jpeg, 6), 300, 60)
    tap.equal((wide.width, wide.height), (40, 60), 'turned into a wide box')


@tap.case
def pdf():
    for data in [documents.pdf(3), documents.packed_pdf(documents.page_objects(3))]:
        drawn = preview(data, 300, 300)
        tap.equal((drawn.width, drawn.height), (212, 300), 'size')
        drawn.shows(0.1, 0.5, RED, 'left')
        drawn.shows(0.9, 0.5, BLUE, 'right')
    small = preview(documents.pdf(content=b'0 1 0 rg 0 0 595 421 re f'), 842, 842)
    tap.equal((small.width, small.height), (595, 842), 'size')
    small.shows(0.5, 0.25, WHITE, 'paper')
    small.shows(0.5, 0.75, (0, 255, 0), 'ink')


@tap.case
def pdf_of_other_programs():
    plain, cairo = folder / 'a.pdf', folder / 'cairo.pdf'
    plain.write_bytes(documents.pdf(2))
    subprocess.run([paths.tool('pdftocairo'), '-pdf', plain, cairo], check=True)
    subprocess.run([paths.tool('qpdf'), '--linearize', '--object-streams=generate', cairo,
                    folder / 'l.pdf'], check=True)
    for path in [cairo, folder / 'l.pdf']:
        drawn = preview(path.read_bytes(), 100, 100)
        drawn.shows(0.1, 0.5, RED, path.name)
        drawn.shows(0.9, 0.5, BLUE, path.name)


@tap.case
def text_is_drawn():
    page = documents.page_objects(1, b'BT /F 200 Tf 50 300 Td (Hello) Tj ET')
    page[2] = page[2].replace(b'/MediaBox', b'/Resources <</Font <</F <</Type /Font /Subtype /Type1 '
                              b'/BaseFont /Helvetica>>>>>> /MediaBox')
    drawn = preview(documents.assemble(page), 200, 300)
    dark = sum(1 for row in drawn.rows for x in range(0, len(row), drawn.channels) if row[x] < 64)
    tap.ok(dark > 500, '%d dark pixels' % dark)


# Making pictures smaller.

LIMIT = 2**20
SHRINK_TIME = 20


@functools.cache
def photo(name, size, *options):
    """As a telephone takes one of a form: grain, light from one side, and print."""
    font = subprocess.run([paths.tool('fc-match'), '-f', '%{file}', 'sans'], check=True,
                          capture_output=True, text=True).stdout
    path = folder / name
    subprocess.run([paths.tool('convert'), '-size', '%dx%d' % size, 'gradient:white-gray75',
                    '-fill', 'black', '-font', font, '-pointsize', str(size[0] // 40), '-gravity', 'center',
                    '-annotate', '0', '\n'.join(['Yinyao 0123456789 unlocking of a token'] * 30),
                    '-seed', '7', '-attenuate', '0.3', '+noise', 'Gaussian', *options, str(path)],
                   check=True, capture_output=True)
    return path.read_bytes()


def shrink(data, limit=LIMIT):
    """The finished program's JPEG, its sides, and the seconds it took."""
    done, used = run(data, '--shrink', limit)
    tap.equal((done.returncode, done.stderr), (0, b''), 'result')
    tap.ok(len(done.stdout) <= limit, '%d bytes' % len(done.stdout))
    tap.equal((done.stdout[:3], done.stdout[-2:]), (b'\xff\xd8\xff', b'\xff\xd9'), 'a JPEG')
    sides = struct.unpack('>HH', frame(done.stdout)[5:9])[::-1]
    tap.diag('%d bytes → %d bytes, %r, %.1f s' % (len(data), len(done.stdout), sides, used))
    return done.stdout, sides, used


def frame(jpeg):
    """The segment that says how large the picture is, from its marker."""
    position = 2
    while not 0xc0 <= jpeg[position + 1] <= 0xc2:
        position += 2 + int.from_bytes(jpeg[position + 2:position + 4], 'big')
    return jpeg[position:]


PHOTOS = [('12 megapixels', (4000, 3000), '-quality', '95'),
          ('48 megapixels', (4000, 3000), '-scale', '200%', '-interlace', 'JPEG')]


@tap.case('a photo is made smaller:', args=[(name,) for name, *_ in PHOTOS])
def photo_is_made_smaller(name):
    size, *options = next(kind[1:] for kind in PHOTOS if kind[0] == name)
    data = photo('photo.jpg', size, *options)
    tap.ok(LIMIT < len(data) <= 64 << 20, '%d bytes' % len(data))
    jpeg, (width, height), used = shrink(data)
    tap.ok(1600 <= width <= 3000, width)
    tap.equal(round(height * 4 / width), 3, 'shape')
    tap.ok(used < SHRINK_TIME, used)
    tap.equal(preview(jpeg, 90).width, 90, 'it can be looked at')


@tap.case
def what_a_camera_adds_is_left_out():
    data = turned(photo('photo.jpg', (4000, 3000), '-quality', '95'), 6) + b'a film' * 100000
    jpeg, (width, height), _ = shrink(data)
    tap.ok(width < height, 'it lies on its side')
    tap.equal(b'Exif' in jpeg or b'a film' in jpeg, False, 'added')


@tap.case
def white_is_behind_what_can_be_seen_through():
    data = photo('alpha.png', (2000, 1500), '-alpha', 'on', '-channel', 'A', '-evaluate', 'set', '0')
    tap.ok(len(data) > LIMIT, '%d bytes' % len(data))
    jpeg, sides, _ = shrink(data)
    tap.equal(sides, (2000, 1500), 'size')
    preview(jpeg, 100).shows(0.2, 0.5, WHITE, 'paper')


@tap.case
def a_small_one_keeps_its_pixels():
    data = documents.picture(folder, 'BMP3:large.bmp', size=(900, 600)).read_bytes()
    jpeg, sides, _ = shrink(data)
    tap.equal(sides, (900, 600), 'size')
    drawn = preview(jpeg, 90)
    drawn.shows(0.1, 0.5, RED, 'left')
    drawn.shows(0.9, 0.5, BLUE, 'right')


@tap.case
def never_unreadable():
    data = photo('photo.jpg', (4000, 3000), '-quality', '95')
    done = refused(data, '--shrink', 20000, seconds=SHRINK_TIME)
    tap.contains(done.stderr, b'unreadable')


@tap.case
def what_cannot_be_made_smaller_is_refused_at_once():
    jpeg = photo('photo.jpg', (4000, 3000), '-quality', '95')
    noise = random.Random(3)
    for bad, reason in [(b'', b'empty'), (noise.randbytes(3 << 20), b'type'),
                        (documents.pdf() + b' ' * LIMIT, b'too-large'),
                        (jpeg[:len(jpeg) // 2], b'content'),
                        (jpeg[:3] + bytes((64 << 20) - 2), b'too-large'),
                        (png_bomb(9000, 9000), b'content')]:
        done = refused(bad, '--shrink', LIMIT, seconds=3.0 if 'ASAN_OPTIONS' not in os.environ else 6.0)
        tap.equal((done.returncode, done.stderr.strip()), (1, b'yinyao-preview: ' + reason))
    for wrong in ['0', '-1', '', 'x', str((64 << 20) + 1)]:
        tap.equal(refused(jpeg, '--shrink', wrong).returncode, 2, repr(wrong))


@tap.case
def a_bomb_below_the_limit_costs_what_it_may():
    jpeg, _, used = shrink(png_bomb(10000, 6000))
    tap.ok(used < SHRINK_TIME, used)
    tap.ok(len(jpeg) > 0)


# What it refuses.

def refused(data, *arguments, seconds=2.0, **options):
    done, used = run(data, *(arguments or (300, 300)), **options)
    tap.ok(done.returncode != 0, 'it was drawn')
    tap.equal(done.stdout, b'', 'output')
    tap.ok(used < seconds, '%.2f s' % used)
    return done


@tap.case
def arguments():
    good = documents.pdf()
    for wrong in [['0', '100'], ['100', '5000'], ['-1', '1'], ['a', 'b'], ['1', '2', '3'], ['', '']]:
        tap.equal(refused(good, *wrong).returncode, 2, repr(wrong))
    done, _ = run(good)
    tap.equal(done.returncode, 2)


@tap.case
def garbage_is_refused_at_once():
    jpeg = documents.picture(folder, 'a.jpg').read_bytes()
    png = documents.picture(folder, 'a.png').read_bytes()
    noise = random.Random(7)
    for bad, reason in [
            (b'', b'empty'), (b'x' * (2**20 + 1), b'too-large'), (noise.randbytes(1000), b'type'),
            (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', b'type'),
            (jpeg[:-2], b'content'), (png[:100], b'content'), (documents.pdf(21), b'pages'),
            (documents.pdf()[:-10], b'content')]:
        done = refused(bad, seconds=1.0 if 'ASAN_OPTIONS' not in os.environ else 3.0)
        tap.equal((done.returncode, done.stderr.strip()), (1, b'yinyao-preview: ' + reason))


def png_bomb(width, height):
    def chunk(kind, data):
        body = kind + data
        return struct.pack('>I', len(data)) + body + struct.pack('>I', zlib.crc32(body))
    deflate = zlib.compressobj(9)
    pixels = b''.join(deflate.compress(bytes(1 + width * 4)) for _ in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 6, 0, 0, 0)) +
            chunk(b'IDAT', pixels + deflate.flush()) + chunk(b'IEND', b''))


# They are only slow, or lack a part.
DRAWN = ['a picture of 60 million pixels', 'a PDF with a picture of 300 MB',
         'a PDF with a picture of far more pixels than data']


def image_pdf(width, height, data, dictionary=b'/Filter /FlateDecode'):
    objects = documents.page_objects(1, b'595 0 0 842 0 0 cm /I Do')
    objects[2] = objects[2].replace(b'/MediaBox', b'/Resources <</XObject <</I 9 0 R>>>> /MediaBox')
    objects[9] = documents.stream(
        b'/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB '
        b'/BitsPerComponent 8 %s' % (width, height, dictionary), data)
    return documents.assemble(objects)


def endless_pattern():
    """A form that draws itself many times over, on many levels."""
    objects = documents.page_objects(1, b'/X Do ' * 40)
    objects[2] = objects[2].replace(b'/MediaBox', b'/Resources <</XObject <</X 20 0 R>>>> /MediaBox')
    for level in range(12):
        body = b'/X Do ' * 40 if level < 11 else b'0 0 500 500 re f ' * 40
        objects[20 + level] = documents.stream(
            b'/Type /XObject /Subtype /Form /BBox [0 0 595 842] '
            b'/Resources <</XObject <</X %d 0 R>>>>' % (21 + level), body)
    return documents.assemble(objects)


def zeros(size):
    deflate = zlib.compressobj(9)
    return b''.join(deflate.compress(bytes(1 << 20)) for _ in range(size >> 20)) + deflate.flush()


HEAVY = [
    ('a picture of 60 million pixels', lambda: png_bomb(10000, 6000)),
    ('a PDF with a picture of 300 MB', lambda: image_pdf(10000, 10000, zeros(287 << 20))),
    ('a PDF with a picture of far more pixels than data',
     lambda: image_pdf(2000000, 2000000, zeros(1 << 20))),
    ('a PDF that draws for ever', endless_pattern),
    ('a PDF with a huge page', lambda: documents.pdf().replace(
        b'[0 0 595 842]', b'[0 0 9999999999 9999999]')),
]


def measure(data):
    """Exit status, output, processor time in seconds and peak memory in MB of a run."""
    (folder / 'heavy').write_bytes(data)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = 0
    with open(folder / 'heavy', 'rb') as document:
        child = subprocess.Popen([paths.program('src/preview/yinyao-preview'), '300', '300'],
                                 stdin=document, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 # Cairo loses a pattern of a picture that is too large.
                                 env=paths.without_leak_search(os.environ))
    while child.poll() is None:
        peak = max(peak, resident(child.pid))
        time.sleep(0.01)
    output = child.communicate()[0]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return child.returncode, output, used, peak


def resident(pid):
    for line in Path('/proc/%d/status' % pid).read_text().splitlines():
        if line.startswith('VmHWM:'):
            return int(line.split()[1]) >> 10
    return 0


@tap.case('heavy:', args=[(name,) for name, _ in HEAVY])
def heavy(name):
    data = dict(HEAVY)[name]()
    tap.ok(len(data) <= 2**20, '%d bytes' % len(data))
    status, output, seconds, memory = measure(data)
    tap.diag('exit status %d, %d bytes, %.1f s, %d MB' % (status, len(output), seconds, memory))
    tap.equal(status == 0, name in DRAWN, 'drawn')
    tap.equal(status == 0, output != b'', 'all or nothing')
    tap.ok(seconds < TIME + 1, '%.1f s' % seconds)
    tap.ok(memory < 1100, '%d MB' % memory)


@tap.case
def limits_are_set_before_the_first_byte():
    reader, writer = os.pipe()
    child = subprocess.Popen([paths.program('src/preview/yinyao-preview'), '10', '10'], stdin=reader,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(reader)
    deadline = time.monotonic() + 10
    while not are_set(limits_of(child.pid)) and time.monotonic() < deadline:
        time.sleep(0.01)
    limits = limits_of(child.pid)
    status = Path('/proc/%d/status' % child.pid).read_text()
    os.close(writer)
    tap.equal(child.wait(10), 1)
    tap.equal(limits['Max file size'], '0')
    tap.equal(limits['Max core file size'], '0')
    tap.equal(limits['Max cpu time'], str(TIME))
    tap.equal(limits['Max open files'], '64')
    tap.contains(status, 'NoNewPrivs:\t1')
    if b'__asan_init' not in Path(paths.program('src/preview/yinyao-preview')).read_bytes():
        tap.equal(limits['Max address space'], str(1 << 30))


def are_set(limits):
    """Those that are set last."""
    return limits['Max open files'] == '64' and limits['Max core file size'] == '0'


def limits_of(pid):
    return {line[:25].strip(): line[25:].split()[0]
            for line in Path('/proc/%d/limits' % pid).read_text().splitlines()}


@tap.case
def a_file_cannot_be_written():
    with open(folder / 'file', 'wb') as out:
        done = subprocess.run([paths.program('src/preview/yinyao-preview'), '9', '9'],
                              input=documents.pdf(), stdout=out, stderr=subprocess.DEVNULL)
    tap.equal(done.returncode, 1)
    tap.equal((folder / 'file').stat().st_size, 0)


@tap.case
def damaged_documents_do_no_harm():
    noise = random.Random(11)
    samples = [documents.picture(folder, name).read_bytes()
               for name in ['a.jpg', 'a.gif', 'a.bmp']] + [documents.pdf()]
    for _ in range(10):
        for sample in samples:
            data = bytearray(sample)
            for _ in range(5):
                data[noise.randrange(10, len(data) - 10)] = noise.randrange(256)
            done, _ = run(bytes(data), 50, 50)
            tap.ok(done.returncode in (0, 1), 'exit status %d' % done.returncode)
            tap.equal(done.returncode == 0, done.stdout != b'', 'all or nothing')


def setup():
    global folder
    folder = Path(paths.temporary_folder('preview'))


def teardown():
    shutil.rmtree(folder)


if __name__ == '__main__':
    tap.main(setup, teardown)
