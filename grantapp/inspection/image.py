"""An image, in the child: decoded whole, set upright, and written anew with nothing but what is seen."""

import io
import warnings

from PIL import Image, ImageCms, ImageOps

from grantapp.domain.inspected import LONGEST_SIDE, MOST_PIXELS, Flaw, Note
from grantapp.inspection.found import GIVEN, KEPT, THUMBNAIL, THUMBNAIL_SIDE, Found

GPS = 0x8825  # the directory of an EXIF block that says where
JPEG_QUALITY = 90
Image.MAX_IMAGE_PIXELS = None  # ours is MOST_PIXELS, looked at before a point is decoded


def look(media_type: str) -> dict[str, object]:
    """Rewrites the image in its own format: a photograph stays a JPEG; a plan or a screen stays sharp, in PNG."""
    notes: list[Note] = []
    wanted = "JPEG" if media_type == "image/jpeg" else "PNG"
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(GIVEN, formats=[wanted]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Found(Flaw.TOO_MANY_PIXELS)
            if wanted == "PNG" and getattr(opened, "is_animated", False):
                raise Found(Flaw.ANIMATED)
            located = bool(opened.getexif().get_ifd(GPS))
            if max(opened.size) > LONGEST_SIDE:
                notes.append(Note.REDUCED)
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG can be decoded smaller; others ignore it
            opened.load()
            image = _seen(opened)
    except (OSError, ValueError, SyntaxError, ArithmeticError, IndexError, KeyError, TypeError) as error:
        # Pillow's readers of damaged files raise all of these.
        raise Found(Flaw.DAMAGED) from error
    # Nothing but points is left: neither EXIF nor XMP, nor comments, nor a profile.
    if wanted == "JPEG":
        image.save(KEPT, "JPEG", quality=JPEG_QUALITY, optimize=True)
    else:
        image.save(KEPT, "PNG", optimize=False)
    keep_thumbnail(image)
    notes.insert(0, Note.LOCATED if located else Note.REWRITTEN)
    return {"pages": 1, "notes": [note.value for note in notes]}


def keep_thumbnail(image: Image.Image) -> None:
    small = image.convert("RGB")
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    small.save(THUMBNAIL, "JPEG", quality=80)


def _seen(opened: Image.Image) -> Image.Image:
    """What an eye sees: upright, on white, in sRGB or in greys."""
    profile, turned = opened.info.get("icc_profile"), opened.getexif().get(0x0112, 1)
    image: Image.Image = opened
    if image.mode in ("I", "F", "I;16", "I;16B", "I;16L"):
        image = _in_eight_bits(image)
    if image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if _is_transparent(image) else "L" if image.mode in ("1", "LA") else "RGB")
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if profile:
        image = _in_srgb(image, profile)
    if image.mode == "CMYK":
        image = image.convert("RGB")
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    bare = Image.frombytes(image.mode, image.size, image.tobytes())  # leaves every piece of metadata behind
    exif = Image.Exif()
    exif[0x0112] = turned
    bare.info["exif"] = exif.tobytes()
    upright = ImageOps.exif_transpose(bare)
    upright.info.clear()
    return upright


def _is_transparent(image: Image.Image) -> bool:
    return "transparency" in image.info or image.mode in ("PA", "LA", "La", "RGBa")


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen-bit greys, as scanners write them: Pillow's own conversion would cut them at 255."""
    return image.convert("I").point(lambda value: value / 256).convert("L")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Phones write wider colours than a page shows. A profile that cannot be read is left out."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    plain = image.convert("RGB") if alpha else image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "L" if plain.mode == "L" else "RGB"
        if mode == "RGB":
            plain = ImageCms.profileToProfile(plain, source, ImageCms.createProfile("sRGB"), outputMode=mode) or plain
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    if alpha:
        plain.putalpha(alpha)
    return plain
