"""Pictures in files: decoded with limits, so that no file can do harm; cut out of frames and encoded."""

import errno
import io
import os
import stat
import threading
import warnings
from collections import OrderedDict
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.devices.picture import encoded
from drover.kernel.errors import InvalidInput
from drover.screens.plain import MOST_NUMBERED, colours, numbered, plain_jpeg_size, plain_png_size, unfiltered
from drover.screens.regions import Crop

MAX_PICTURE_BYTES = 32 * 1024 * 1024
MAX_PICTURE_PIXELS = 50_000_000
_FORMATS = ("PNG", "JPEG")
_MODES = {"1", "L", "LA", "P", "RGB", "RGBA"}
_COLOURS = 3
_PROOF = Size(135, 300)
_WORTH = np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
"""What a level of red, green and blue counts for in the code of a colour."""
_KEPT_BYTES = 32 * 1024 * 1024


class BadPicture(InvalidInput):
    """A picture file cannot be used. The message says what is wrong with it, and not which file it is."""


class LinkedPicture(BadPicture):
    """A picture file is a link, which was not to be followed."""


def read_bytes(path: Path | str, limit: int = MAX_PICTURE_BYTES, *, follow: bool = True) -> bytes:
    """Return the content of a regular file. Raises BadPicture where it is missing, no file, or too large.

    Raises LinkedPicture for a link, unless it may `follow` it.
    """
    # A registry has thousands of files: no more is asked of the system than has to be. A pipe is not waited for.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        file = os.open(path, flags)
        try:
            return _content(file, limit)
        finally:
            os.close(file)
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise LinkedPicture("is a link", hint="copy the file here") from error
        reason = (error.strerror or str(error)).lower()
        raise BadPicture(f"cannot be read ({reason})", hint="check the path") from error


def _content(file: int, limit: int) -> bytes:
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode):
        raise BadPicture("is not a file", hint="name a PNG or JPEG file")
    if status.st_size > limit:
        raise BadPicture(f"is larger than {limit} bytes", hint="it is probably not the file meant")
    content = os.read(file, status.st_size)
    while len(content) < status.st_size and (more := os.read(file, status.st_size - len(content))):
        content += more
    return content


def decode_picture(content: bytes) -> Pixels:
    """Return a PNG or JPEG as RGBA. Raises BadPicture for anything else, a broken one, or too many pixels."""
    return np.array(_loaded(content)[0].convert("RGBA"), dtype=np.uint8)


def decode_gray(content: bytes) -> Pixels:
    """Return a PNG or JPEG in grey, as the matcher sees it. Raises BadPicture wherever `decode_picture` does."""
    size = plain_png_size(content)
    if size is None or size.width * size.height > MAX_PICTURE_PIXELS:
        return to_gray(decode_picture(content))
    pixels, table = unfiltered(content, size), colours(content)
    if pixels is not None:  # as `crop_of` writes them: half the work of the decoder
        return _gray_at_once(pixels, table)
    bgr = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise BadPicture("is not a PNG or JPEG that can be read", hint="save it again")
    if table is not None:
        return to_gray(decode_picture(content))
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _gray_at_once(pixels: Pixels, table: Pixels | None) -> Pixels:
    """Return pixels, or numbers of the colours `table`, in grey. Raises BadPicture for a number that none has."""
    if table is None:
        gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.shape[2] == _COLOURS else pixels[:, :, 0].copy()
        return np.asarray(gray, dtype=np.uint8)
    numbers = pixels[:, :, 0]
    if numbers.max() >= table.shape[1]:
        raise BadPicture("has pixels of colours that it does not list", hint="save it again")
    levels = np.zeros(MOST_NUMBERED, dtype=np.uint8)
    levels[: table.shape[1]] = cv2.cvtColor(table, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.LUT(numbers, levels), dtype=np.uint8)


def picture_size(content: bytes) -> Size:
    """Return the size of a PNG or JPEG that is only shown. Raises BadPicture.

    What a plain JPEG says of itself is believed where it has its end; anything else must be decoded.
    """
    size = plain_jpeg_size(content)
    if size is not None and size.width * size.height <= MAX_PICTURE_PIXELS:
        return size
    return _loaded(content, draft=_PROOF)[1]


class Grays:
    """Decodes crops whenever they are looked at, and keeps the latest, up to `kept_bytes` of pixels.

    So a registry of thousands of crops takes little more memory than its files. Safe for several threads.
    """

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        self._left = kept_bytes
        self._kept: OrderedDict[bytes, Pixels] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, content: bytes) -> Pixels:
        """Return the picture in grey. Raises BadPicture."""
        with self._lock:
            if content in self._kept:
                self._kept.move_to_end(content)
                return self._kept[content]
        gray = decode_gray(content)
        gray.flags.writeable = False
        with self._lock:
            if content not in self._kept:
                self._kept[content] = gray
                self._left -= gray.nbytes
            while self._left < 0:
                self._left += self._kept.popitem(last=False)[1].nbytes
        return gray


def crop_of(frame: Frame, rect: Rect) -> Crop:
    """Return what `frame` shows at `rect`, which lies within it. Equal pixels give equal bytes."""
    rgba = frame.pixels[rect.y1 : rect.y2, rect.x1 : rect.x2]
    return Crop(to_gray(rgba), _png(rgba))


def _png(rgba: Pixels) -> bytes:
    """Return the pixels as a PNG that takes little space, and little time to decode.

    Unfiltered, text and icons take a quarter less space, and a third less time; as numbers of colours, which most have
    few of, a third less space again, and half the time.
    """
    options = [cv2.IMWRITE_PNG_COMPRESSION, 9, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]
    codes = np.dot(rgba[:, :, :3].astype(np.uint32), _WORTH)
    found, numbers = np.unique(codes, return_inverse=True)
    if len(found) > MOST_NUMBERED:
        return encoded(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGR), options)
    rgb = (found[:, None] // _WORTH % MOST_NUMBERED).astype(np.uint8)
    return numbered(encoded(".png", numbers.reshape(codes.shape).astype(np.uint8), options), rgb)


def to_gray(rgba: Pixels) -> Pixels:
    """Return RGBA pixels in grey, as the matcher sees them."""
    return np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2GRAY), dtype=np.uint8)


def _loaded(content: bytes, *, draft: Size | None = None) -> tuple[Image.Image, Size]:
    """Return the decoded picture and its size. With `draft` a JPEG is decoded no finer than needed for that size."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of oddities that do not matter here, and of a size that is refused below.
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
            size = Size(*image.size)
            _refuse_unless_usable(image)
            if draft is not None:
                image.draft("L", (draft.width, draft.height))
            image.load()
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture("has too many pixels", hint="use the phone's own resolution") from error
    except Exception as error:  # a decoder fails in as many ways as files are broken
        raise BadPicture("is not a PNG or JPEG that can be read", hint="save it again") from error
    return image, size


def _refuse_unless_usable(image: Image.Image) -> None:
    if image.width * image.height > MAX_PICTURE_PIXELS:
        reason = f"has {image.width}x{image.height} pixels, more than {MAX_PICTURE_PIXELS}"
        raise BadPicture(reason, hint="use the phone's own resolution")
    if image.mode not in _MODES:
        raise BadPicture(f"is of colour mode {image.mode}", hint="save it as RGB or grey with 8 bits a colour")
