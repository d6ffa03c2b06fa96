"""``xianjie demo``: a result that ships with the program, to read while nothing has been simulated yet."""

import gzip
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli import console
from experiments.cli.console import Json, Lang, Language

if TYPE_CHECKING:
    from experiments.results.folder import Results

PLACE = "docs/demo"
RESULT = "result.json.gz"
LANGUAGES = ("zh", "en")
LARGEST = 500_000  # bytes of all that ships
FONT = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
PICTURE = re.compile(r'<img\b[^>]*\bsrc="data:[^"]*"[^>]*>')
LEFT_OUT = "<!-- a figure too large to ship -->"


def demo(
    out: Annotated[Path, typer.Option(help="The folder for the briefs; by default xianjie-demo.")] = Path("xianjie-demo"),
    no_open: Annotated[bool, typer.Option("--no-open", help="Write the briefs and do not open them.")] = False,
    make: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="For maintainers: make what ships anew from this result folder with its brief."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also say what each goal means and where its spread comes from.")
    ] = False,
    lang: Lang = Language.ZH,
    as_json: Json = False,
) -> None:
    """Show a ready-made result: its answer here, and its briefs in both languages as pages for the browser.

    It was made by the version that it names. Exit codes: 0 done, 2 wrong usage or input.
    """
    with console.exit_codes():
        from experiments.reporting.terminal import scoreboard
        from experiments.reporting.translations import Words

        words = Words(lang)
        if make is not None:
            console.show([words("demo_made", size=words.bytes(_make(make)), place=shipped_place())])
            return
        found = read()
        pages = write_pages(out)
        if as_json:
            console.show_json({**found, "briefs": [str(page) for page in pages]})
            return
        console.show(scoreboard.answer(found["manifest"], found["goals"], found["audit"], lang, explain))
        console.show([words("demo_said", version=found["version"]), *(words("brief_written", path=page) for page in pages)])
        if not no_open and console.progress_console().is_terminal:
            typer.launch(str(next(page for page in pages if page.stem.endswith(lang))))


def shipped_place() -> Path:
    """Where what ships lies."""
    from sim.core.inputs import shipped

    return shipped.folder(PLACE)


def read() -> dict[str, Any]:
    """The result that ships: version, manifest as far as the answer needs it, goals and audit. InputError where it is missing."""
    from sim.core.inputs.errors import InputError

    try:
        found: dict[str, Any] = json.loads(gzip.decompress((shipped_place() / RESULT).read_bytes()))
    except (OSError, ValueError, EOFError):
        raise InputError(
            shipped_place() / RESULT, 0, "belongs to the program, but is missing or broken; install the program again",
            "这是程序自带的文件，却没有找到或已损坏；请重新安装"
        ) from None  # fmt: skip
    return found


def write_pages(out: Path) -> list[Path]:
    """Write the briefs into a folder; a file of that name that is not the same is left alone, and InputError says so."""
    from experiments.results.files import write_text
    from sim.core.inputs.errors import InputError

    pages = {
        out / f"brief-{lang}.html": gzip.decompress((shipped_place() / f"brief-{lang}.html.gz").read_bytes()).decode()
        for lang in LANGUAGES
    }
    for page, text in pages.items():
        if page.exists() and page.read_bytes() != text.encode():
            raise InputError(
                "--out",
                0,
                f"{page} exists and is another file; name another folder",
                f"{page} 已经存在，内容不同；请换一个文件夹",
            )
    out.mkdir(parents=True, exist_ok=True)
    for page, text in pages.items():
        write_text(page, text)
    return list(pages)


def _make(folder: Path) -> int:
    """Make what ships from a result folder; its size in bytes. InputError where it would be too large."""
    import tempfile
    from importlib.metadata import version

    from experiments.cli.run.brief import write
    from experiments.results import folder as results
    from experiments.results.files import as_json
    from sim.core.inputs.errors import InputError

    try:
        found = results.open_folder(folder)
    except ValueError as problem:
        raise InputError.of("--make", 0, problem) from None
    with tempfile.TemporaryDirectory() as scratch:
        write([folder], Path(scratch), languages=LANGUAGES, formats=("html",), style="plain", command="", quiet=True)
        texts = {lang: FONT.sub("", (Path(scratch) / f"brief-{lang}.html").read_text(encoding="utf-8")) for lang in LANGUAGES}
    files = {RESULT: as_json(slim(found, version("xianjie")), indent=None).encode()}
    room = (LARGEST - len(packed(files[RESULT]))) // len(LANGUAGES)
    files |= {f"brief-{lang}.html.gz": fit(text, room).encode() for lang, text in texts.items()}
    place = shipped_place()
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).write_bytes(packed(content))
    return sum((place / name).stat().st_size for name in files)


def packed(content: bytes) -> bytes:
    """Compressed, the same bytes on every day."""
    return gzip.compress(content, 9, mtime=0)


def slim(found: "Results", version: str) -> dict[str, Any]:
    """Of a result what its answer on the terminal needs."""
    kept = ("scenario", "replications", "months", "seed", "only_luck", "complete")
    manifest = {key: found.manifest[key] for key in kept}
    manifest["scenario"] = {key: found.manifest["scenario"].get(key) for key in ("id", "title", "vantage")}
    return {"version": version, "manifest": manifest, "goals": found.goals, "audit": found.audit}


def fit(page: str, room: int) -> str:
    """The page without its largest pictures, until it takes no more than ``room`` bytes when compressed. InputError where its
    text alone takes more.
    """
    from sim.core.inputs.errors import InputError

    while len(packed(page.encode())) > room:
        pictures = PICTURE.findall(page)
        if not pictures:
            raise InputError(
                "--make", 0, f"the brief takes more than {room} bytes without any figure", f"简报不带图也超过 {room} 字节"
            )
        page = page.replace(max(pictures, key=len), LEFT_OUT)
    return page
