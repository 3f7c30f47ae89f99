#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the pictures that PictureKindsTest reads: pip install pillow==13.0.0 pillow-heif==1.8.1 numpy; run it here.

resources/pictures/seen: whatever the file, what is to be seen is four quadrants, red and green above, blue and yellow below.
resources/pictures/half: the same with a transparent left half, under which other colours are hidden.
"""
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
W, H = 96, 64
OUT = Path(__file__).parent.parent / "resources" / "pictures"
pixels = np.zeros((H, W, 3), np.uint8)
pixels[: H // 2, : W // 2] = (220, 40, 40)
pixels[: H // 2, W // 2 :] = (40, 200, 40)
pixels[H // 2 :, : W // 2] = (40, 40, 220)
pixels[H // 2 :, W // 2 :] = (220, 200, 40)
SEEN = Image.fromarray(pixels)
T = Image.Transpose
STORED = {2: T.FLIP_LEFT_RIGHT, 3: T.ROTATE_180, 4: T.FLIP_TOP_BOTTOM, 5: T.TRANSPOSE, 6: T.ROTATE_90, 7: T.TRANSVERSE,
          8: T.ROTATE_270}


def save(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def write(folder, name, data):
    (OUT / folder / name).write_bytes(data)


def turned(orientation):
    return SEEN.transpose(STORED[orientation]) if orientation in STORED else SEEN


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


# ------------------------------------------------------------------ PNG
def chunk(tag, data):
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))


def png(array, colour, depth, interlaced=False, extra=b""):
    array = array.astype(">u2" if depth == 16 else "u1")
    passes = ([(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
              if interlaced else [(0, 0, 1, 1)])
    rows = b"".join(b"\0" + np.ascontiguousarray(row).tobytes()
                    for y, x, down, across in passes for row in array[y::down, x::across])
    header = struct.pack(">IIBBBBB", W, H, depth, colour, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows, 9))
            + chunk(b"IEND", b""))


# ------------------------------------------------------------------ WebP
def u24(value):
    return struct.pack("<I", value)[:3]


def riff(tag, data):
    return tag + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def animated(still, left, top, size):
    """An animation whose frames are smaller than its canvas."""
    frame = u24(left // 2) + u24(top // 2) + u24(size[0] - 1) + u24(size[1] - 1) + u24(100) + b"\0" + still[12:]
    body = (riff(b"VP8X", bytes([2, 0, 0, 0]) + u24(W - 1) + u24(H - 1)) + riff(b"ANIM", b"\xff\0\xff\xff\0\0")
            + 2 * riff(b"ANMF", frame))
    return riff(b"RIFF", b"WEBP" + body)


# ------------------------------------------------------------------ HEIC and AVIF of tiles
def box(tag, data):
    return struct.pack(">I", 8 + len(data)) + tag + data


def full(tag, version, flags, data):
    return box(tag, struct.pack(">I", version << 24 | flags) + data)


def boxes(data, at, end):
    while at + 8 <= end:
        length, = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8], at + 8, at + length
        at += length


def inside(data, *path):
    at, end = 0, len(data)
    for tag in path:
        at, end = next((s + (4 if tag == b"meta" else 0), e) for t, s, e in boxes(data, at, end) if t == tag)
    return at, end


def tile(image, kind):
    """The decoder's configuration, the colours' box and the coded bytes of one picture."""
    data = save(image, kind, quality=90)
    properties = {t: data[s - 8 : e] for t, s, e in boxes(data, *inside(data, b"meta", b"iprp", b"ipco"))}
    at, _ = inside(data, b"meta", b"iloc")
    version = data[at]
    offset, length, base = data[at + 4] >> 4, data[at + 4] & 15, data[at + 5] >> 4
    at += 10 + (2 if version else 0) + 2
    start = int.from_bytes(data[at : at + base], "big")
    at += base + 2
    start += int.from_bytes(data[at : at + offset], "big")
    size = int.from_bytes(data[at + offset : at + offset + length], "big")
    return properties[b"hvcC" if kind == "HEIF" else b"av1C"], properties[b"colr"], data[start : start + size]


def grid(image, kind, side, *turns):
    width, height = image.size
    columns, rows = -(-width // side), -(-height // side)
    whole = Image.new("RGB", (columns * side, rows * side))
    whole.paste(image)
    tiles = [tile(whole.crop((c * side, r * side, (c + 1) * side, (r + 1) * side)), kind)
             for r in range(rows) for c in range(columns)]
    content = [struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)] + [t[2] for t in tiles]
    code = b"hvc1" if kind == "HEIF" else b"av01"
    brand = b"heic" if kind == "HEIF" else b"avif"
    information = b"".join(full(b"infe", 2, 0, struct.pack(">HH", i + 1, 0) + (code if i else b"grid") + b"\0")
                           for i in range(len(content)))
    properties = [full(b"ispe", 0, 0, struct.pack(">II", width, height)), tiles[0][0],
                  full(b"ispe", 0, 0, struct.pack(">II", side, side)), tiles[0][1], *turns]
    of_items = struct.pack(">HB", 1, 1 + len(turns)) + bytes([1] + [5 + i for i in range(len(turns))])
    of_items += b"".join(struct.pack(">HB", i + 2, 3) + bytes([2, 3, 4]) for i in range(len(tiles)))

    def meta(at):
        places = b""
        for i, part in enumerate(content):
            places += struct.pack(">HHHII", i + 1, 0, 1, at, len(part))
            at += len(part)
        return full(b"meta", 0, 0,
                    full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"pict") + b"\0")
                    + full(b"pitm", 0, 0, struct.pack(">H", 1))
                    + full(b"iloc", 0, 0, b"\x44\0" + struct.pack(">H", len(content)) + places)
                    + full(b"iinf", 0, 0, struct.pack(">H", len(content)) + information)
                    + full(b"iref", 0, 0, box(b"dimg", struct.pack(">HH", 1, len(tiles))
                                              + b"".join(struct.pack(">H", i + 2) for i in range(len(tiles)))))
                    + box(b"iprp", box(b"ipco", b"".join(properties))
                          + full(b"ipma", 0, 0, struct.pack(">I", len(content)) + of_items)))

    start = box(b"ftyp", brand + struct.pack(">I", 0) + b"mif1" + brand)
    return start + meta(len(start) + len(meta(0)) + 8) + box(b"mdat", b"".join(content))


def main():
    for orientation in range(1, 9):
        write("seen", f"turned{orientation}.jpg",
              save(turned(orientation), "JPEG", quality=90, subsampling=0, exif=exif(orientation)))
    for orientation in (2, 5, 6, 7):
        write("seen", f"turned{orientation}.png", save(turned(orientation), "PNG", exif=exif(orientation)))
        write("seen", f"turned{orientation}.webp", save(turned(orientation), "WEBP", lossless=True, exif=exif(orientation)))
    write("seen", "turned8.tif", save(turned(8), "TIFF", compression="tiff_lzw", tiffinfo={0x0112: 8}))
    write("seen", "progressive.jpg", save(SEEN, "JPEG", quality=90, subsampling=0, progressive=True))
    write("seen", "cmyk.jpg", save(SEEN.convert("CMYK"), "JPEG", quality=90))
    write("seen", "lossy.webp", save(SEEN, "WEBP", quality=95))
    write("seen", "deep.png", png(pixels.astype(np.uint16) * 257, 2, 16, interlaced=True))
    write("seen", "bomb.png", png(pixels, 2, 8, extra=chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(20 << 20), 9))))
    write("seen", "still.gif", save(SEEN, "GIF"))
    write("seen", "animated.gif", save(SEEN, "GIF", save_all=True, append_images=[SEEN.transpose(T.ROTATE_180)]))
    write("seen", "plain.bmp", save(SEEN.quantize(8), "BMP"))
    write("seen", "still.heic", save(SEEN, "HEIF", quality=90))
    write("seen", "still.avif", save(SEEN, "AVIF", quality=90))
    write("seen", "tiles.heic", grid(turned(6), "HEIF", 64, box(b"irot", b"\3")))
    write("seen", "tiles.avif", grid(turned(7), "AVIF", 64, box(b"irot", b"\3"), box(b"imir", b"\0")))

    opaque = np.zeros((H, W), np.uint8)
    opaque[:, W // 2 :] = 255
    hidden = np.where(opaque[..., None] > 0, pixels, np.random.default_rng(1).integers(0, 256, (H, W, 1), np.uint8))
    rgba = np.dstack([hidden, opaque])
    write("half", "rgba.png", png(rgba, 6, 8))
    write("half", "deep.png", png(rgba.astype(np.uint16) * 257, 6, 16, interlaced=True))
    flat = pixels.copy()
    flat[:, : W // 2] = (1, 2, 3)
    write("half", "key.png", png(flat, 2, 8, extra=chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))))
    palette = Image.fromarray(flat).quantize(8)
    write("half", "palette.png", save(palette, "PNG", transparency=int(np.asarray(palette)[0, 0])))
    write("half", "still.gif", save(palette, "GIF", transparency=int(np.asarray(palette)[0, 0])))
    write("half", "lossless.webp", save(Image.fromarray(rgba, "RGBA"), "WEBP", lossless=True, exact=True))
    write("half", "lossy.webp", save(Image.fromarray(rgba, "RGBA"), "WEBP", quality=95, exact=True))
    right = SEEN.crop((W // 2, 0, W, H))
    write("half", "frame.webp", animated(save(right, "WEBP", lossless=True), W // 2, 0, right.size))
    frame = bytearray(save(right, "GIF"))
    frame[6:10] = struct.pack("<HH", W, H)
    at = frame.index(b"\x2c", 13 + (3 << ((frame[10] & 7) + 1)))
    frame[at + 1 : at + 5] = struct.pack("<HH", W // 2, 0)
    write("half", "frame.gif", bytes(frame))


main()
