"""Pictures of a brief as bytes: rendered once in every format needed, in a temporary folder."""

import gc
import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from experiments.reporting.documents.content import Illustration

PATH = re.compile(r' d="[^"]*"')
#: After so many figures the garbage collector frees their canvases.
KEPT = 3
LONG = re.compile(r"(\.\d\d)\d+")


class Pictures:
    """Renders a picture in all its formats (``svg`` for a page, ``png`` for Word) when the first of them is needed.

    Then the figure is emptied: its texts hold on to the canvas they were drawn on, 20 to 60 MB at 300 dots an inch.
    """

    def __init__(self, kinds: Sequence[str] = ("svg", "png")) -> None:
        self.kinds = tuple(kinds)
        self._contents: dict[str, dict[str, bytes]] = {}

    def svg(self, illustration: Illustration) -> bytes:
        """The picture for a page, with title, description and provenance inside."""
        return self._render(illustration)["svg"]

    def png(self, illustration: Illustration) -> bytes:
        """The picture for Word, 300 dots an inch."""
        return self._render(illustration)["png"]

    def _render(self, illustration: Illustration) -> dict[str, bytes]:
        from experiments.reporting.figures import style

        if illustration.id not in self._contents:
            picture = illustration.picture
            with tempfile.TemporaryDirectory() as folder:
                style.save(
                    picture.figure,
                    Path(folder) / "picture",
                    picture.alt,
                    provenance=picture.provenance,
                    kinds=self.kinds,
                    title=picture.title,
                )
                contents = {kind: (Path(folder) / f"picture.{kind}").read_bytes() for kind in self.kinds}
            self._contents[illustration.id] = {kind: SMALL[kind](content) for kind, content in contents.items()}
            picture.figure.clear()
            if len(self._contents) % KEPT == 0:
                gc.collect()  # figures, axes and texts know each other, so only the collector lets their canvases go
        return self._contents[illustration.id]


def small_png(content: bytes) -> bytes:
    """A PNG in 256 colours, a fourth of the size; the texts in its metadata are the document's alt text."""
    from PIL import Image

    packed = io.BytesIO()
    with Image.open(io.BytesIO(content)) as full:
        dots = full.info.get("dpi", (300, 300))
        opaque = full.convert("RGB")
    # The colours are chosen on a small copy: on the full picture that takes longer than drawing it.
    few = opaque.resize((max(1, opaque.width // 4), max(1, opaque.height // 4)), Image.Resampling.NEAREST).quantize(256)
    opaque.quantize(palette=few, dither=Image.Dither.NONE).save(packed, "PNG", dpi=dots)
    return packed.getvalue()


def small_svg(content: bytes) -> bytes:
    """An SVG with paths to a hundredth of a point, which look and print the same as the full ones."""
    return PATH.sub(lambda path: LONG.sub(r"\1", path.group()), content.decode("utf-8")).encode("utf-8")


SMALL = {"svg": small_svg, "png": small_png}
