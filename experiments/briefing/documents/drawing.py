"""Pictures of a brief as bytes: drawn once for each kind, in a folder that is thrown away."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from experiments.briefing.documents.content import Illustration


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
