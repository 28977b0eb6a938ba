"""Draw the sample pictures of the sign-in page into `ui/static`, with what draws the demo's pictures."""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
# name, prompt, the part that is shown (left, top, right, bottom, of 1024), its size in pixels
SAMPLES = (
    ("lighthouse", "A lighthouse at dusk over a calm sea", (216, 0, 984, 1024), (540, 720)),
    ("balloon", "A red balloon above the hills, morning", (0, 0, 1024, 1024), (432, 432)),
    ("city", "The city by the sea at night", (0, 0, 1024, 1024), (432, 432)),
)


def main() -> None:
    from core.provider.drawing import draw_picture  # noqa: PLC0415  (the path is set above)

    for name, prompt, part, size in SAMPLES:
        with Image.open(BytesIO(draw_picture(prompt))) as picture:
            small = picture.crop(part).resize(size, Image.Resampling.LANCZOS)
            small.save(ROOT / f"ui/static/sample_{name}.webp", quality=72, method=6)


if __name__ == "__main__":
    main()
