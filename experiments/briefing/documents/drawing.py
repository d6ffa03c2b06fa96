"""Pictures of a brief as bytes: drawn once for each kind, in a folder that is thrown away."""

import io
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from experiments.briefing.documents.content import Illustration

PATH = re.compile(r' d="[^"]*"')
LONG = re.compile(r"(\.\d\d)\d+")


@dataclass
class Pictures:
    """Draws a picture in a kind when it is first asked for; HTML wants SVG, Word and print want PNG."""

    _made: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def bytes(self, picture: Illustration, kind: str) -> bytes:
        """The picture as ``svg`` or ``png``, with title, description and provenance inside."""
        from experiments.briefing import style

        key = (picture.id, kind)
        if key not in self._made:
            drawn = picture.drawn
            with tempfile.TemporaryDirectory() as folder:
                style.save(drawn.figure, Path(folder) / "picture", drawn.alt, drawn.provenance, (kind,), drawn.title)
                self._made[key] = (Path(folder) / f"picture.{kind}").read_bytes()
        return self._made[key]

    def small_png(self, picture: Illustration) -> bytes:
        """The PNG in 256 colours, a fourth of the size: a document's alt text says what the full file has inside."""
        from PIL import Image

        packed = io.BytesIO()
        with Image.open(io.BytesIO(self.bytes(picture, "png"))) as full:
            dots = full.info.get("dpi", (300, 300))
            opaque = full.convert("RGB")
        # The colours are chosen on a small copy: on the full picture that takes longer than drawing it.
        few = opaque.resize((max(1, opaque.width // 4), max(1, opaque.height // 4)), Image.Resampling.NEAREST).quantize(256)
        opaque.quantize(palette=few, dither=Image.Dither.NONE).save(packed, "PNG", dpi=dots)
        return packed.getvalue()

    def small_svg(self, picture: Illustration) -> bytes:
        """The SVG with paths to a hundredth of a point, which no eye and no printer tells from the full ones."""
        text = self.bytes(picture, "svg").decode("utf-8")
        return PATH.sub(lambda path: LONG.sub(r"\1", path.group()), text).encode("utf-8")
