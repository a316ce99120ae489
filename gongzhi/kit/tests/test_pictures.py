from io import BytesIO

import pytest
from PIL import Image

from gongzhi.kit.pictures import clean_picture
from gongzhi.kit.refusal import Refusal


def photo(size=(400, 300), kind="JPEG", mode="RGB", color="red", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_comes_out_as_a_jpeg(kind):
    clean = clean_picture(photo(kind=kind))
    assert (clean.mime, clean.width, clean.height) == ("image/jpeg", 400, 300)
    assert opened(clean.data).format == "JPEG"
    assert opened(clean.data).size == (400, 300)


def test_nothing_of_the_camera_stays():
    exif = Image.Exif()
    exif[0x010F], exif[0x9003] = "MakerOfCameras", "2026:11:21 08:00:00"
    exif.get_ifd(0x8825)[2] = (35.0, 3.0, 0.0)
    data = photo(exif=exif, comment=b"secret comment") + b"appended secret"
    clean = clean_picture(data).data
    assert b"MakerOfCameras" in data
    assert b"Exif" not in clean
    assert b"MakerOfCameras" not in clean
    assert b"secret" not in clean
    assert not opened(clean).getexif()


def test_a_photo_taken_sideways_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    clean = clean_picture(photo((400, 300), exif=exif))
    assert (clean.width, clean.height) == (300, 400)


def test_a_large_photo_becomes_1600_long():
    clean = clean_picture(photo((4000, 1000)))
    assert (clean.width, clean.height) == (1600, 400)


def test_transparency_becomes_paper_white():
    clean = clean_picture(photo(kind="PNG", mode="RGBA", color=(0, 0, 0, 0)))
    assert opened(clean.data).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "CMYK"])
def test_every_colour_mode_is_read(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert clean_picture(photo(kind=kind, mode=mode, color=0)).width == 400


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<svg onload=alert(1)>", b"GIF89a" + b"\0" * 50, photo()[:200], photo(kind="PNG")[:60]]
)
def test_what_is_no_photo_is_refused(data):
    with pytest.raises(Refusal) as caught:
        clean_picture(data)
    assert caught.value.code == "photo_unreadable"


def test_a_gif_or_bmp_is_refused_by_its_content():
    for kind in ("GIF", "BMP", "TIFF"):
        with pytest.raises(Refusal, match="JPEG, PNG and WebP"):
            clean_picture(photo(kind=kind))


def test_too_many_bytes_are_refused_with_both_figures():
    with pytest.raises(Refusal) as caught:
        clean_picture(b"x" * 2_500_000, max_bytes=2_000_000)
    assert str(caught.value) == "The photo is 3 MB; up to 2 MB works."
    assert caught.value.status == 413


def test_a_bomb_of_few_bytes_is_refused_before_it_is_unpacked():
    data = photo((5000, 5000), kind="PNG", mode="1", color=0)
    assert len(data) < 20_000
    with pytest.raises(Refusal) as caught:
        clean_picture(data, max_pixels=20_000_000)
    assert caught.value.code == "photo_too_many_pixels"


def test_a_bomb_beyond_the_library_limit_is_refused_alike(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(Refusal) as caught:
        clean_picture(photo((400, 300)))
    assert caught.value.code == "photo_too_many_pixels"
