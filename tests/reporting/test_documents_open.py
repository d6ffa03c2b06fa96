"""Every document opens: turned by LibreOffice into PDF and pictures, and looked at in a real browser, in both languages."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.reporting.figures import style
from experiments.reporting.translations import Words
from tests.reporting.conftest import program, write

#: What a browser is asked of the page: sizes, contrast (WCAG 2.2), fonts and pictures; it writes the answer into the page.
LOOK = r"""
<script>
document.fonts.ready.then(() => {
  const report = {overflow: [], contrast: [], pictures: [], fonts: [], wide: 0};
  report.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.fonts.forEach(face => report.fonts.push([face.family, face.weight, face.status]));
  document.querySelectorAll("img").forEach(img => { if (!img.naturalWidth || !img.alt) report.pictures.push(img.alt); });
  const light = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const numbers = text => (text.match(/[\d.]+/g) || []).map(Number);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const found = numbers(getComputedStyle(node).backgroundColor);
      if (found.length === 3 || (found.length === 4 && found[3] > 0)) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, own = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE"].includes(own.tagName)) continue;
    const a = light(numbers(getComputedStyle(own).color).slice(0, 3)), b = light(ground(own));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) report.contrast.push([node.data.slice(0, 30), contrast]);
    if (!getComputedStyle(own).fontFamily.startsWith('"Xianjie Sans SC"')) report.fonts.push([node.data, "other", "font"]);
  }
  document.querySelectorAll("h1, h2, h3, p, li, th, td, figcaption, img, caption").forEach(each => {
    if (each.scrollWidth > each.clientWidth + 1 && each.clientWidth) report.overflow.push(each.textContent.slice(0, 40));
  });
  const place = document.createElement("pre");
  place.id = "report";
  place.textContent = JSON.stringify(report);
  document.body.append(place);
});
</script>
"""
BROWSER = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=8000",
)  # fmt: skip


def inspect_in_browser(page: Path, folder: Path, width: int) -> dict:
    """What a headless browser of this width says of a page."""
    browser = program("chromium", "chromium-browser", "google-chrome", "chrome")
    copy = folder / f"{width}-{page.name}"
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    # The page forbids scripts; the copy allows the one that looks at it, and still no request.
    text = text.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';").replace(
        "</body>", LOOK + "</body>"
    )
    copy.write_text(text, encoding="utf-8")
    options = (*BROWSER, f"--user-data-dir={folder / f'profile-{width}'}", f"--window-size={width},1000")
    command = [browser, *options, "--dump-dom", copy.as_uri()]
    output = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    report = re.search(r'<pre id="report">(.*?)</pre>', output, re.DOTALL)
    assert report, "the browser did not finish the page"
    return json.loads(report[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1100, 420])
def test_the_page_fits_is_readable_and_carries_its_font(documents, tmp_path, language, width):
    found = inspect_in_browser(documents[f"brief-{language}.html"], tmp_path, width)
    assert found["wide"] <= 0, "the page is wider than the window"
    assert found["overflow"] == [] and found["contrast"] == [] and found["pictures"] == []
    assert {(weight, status) for _family, weight, status in found["fonts"]} == {("400", "loaded"), ("700", "loaded")}


@pytest.fixture(scope="module")
def pages(documents, tmp_path_factory):
    """Every Word document and workbook as PDF, by LibreOffice with our font and no other Chinese one."""
    office, folder = program("soffice", "libreoffice"), tmp_path_factory.mktemp("office")
    fonts = folder / "fonts.conf"
    fonts.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{style.FONTS}</dir>'
        f"<cachedir>{folder / 'cache'}</cachedir></fontconfig>"
    )
    written = [str(path) for name, path in documents.items() if not name.endswith(".html")]
    copies = []
    for path in written:  # a.docx and a.xlsx would become one a.pdf
        copy = folder / Path(path).name.replace(".", "-", 1)
        copy = copy.with_name(f"{copy.name}.{path.rsplit('.', 1)[1]}")
        copy.write_bytes(Path(path).read_bytes())
        copies.append(str(copy))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), *copies]
    own = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "FONTCONFIG_FILE": str(fonts)}
    subprocess.run(command, env=own, capture_output=True, timeout=240, check=True)
    return folder


@pytest.mark.parametrize("name", ["brief-zh-docx", "brief-en-docx", "brief-zh-xlsx", "brief-en-xlsx"])
def test_office_opens_the_document_and_every_page_shows_something(pages, name):
    from matplotlib.image import imread

    pdf, draw, text = pages / f"{name}.pdf", program("pdftoppm"), program("pdftotext")
    assert pdf.exists(), "LibreOffice did not open it"
    output = subprocess.run([text, str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    answer = "核心结论" if "-zh-" in name else "What matters most"
    assert answer in output and "?" * 3 in output  # what no document can hold became question marks, and the rest is there
    subprocess.run([draw, "-r", "30", "-png", str(pdf), str(pages / name)], check=True)
    drawn = sorted(pages.glob(f"{name}-*.png"))
    assert len(drawn) == 2 if name.endswith("docx") else len(drawn) >= 5
    shown = [float(imread(page).mean()) for page in drawn]
    assert all(0.5 < light < 0.99999 for light in shown), shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_official_text_ends_on_the_second_page_and_its_annexes_follow(result, tmp_path, language):
    office, read = program("soffice", "libreoffice"), program("pdftotext")
    (written,) = write([result], tmp_path, (language,), ("word",), "official")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path), str(written)]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    told = subprocess.run([read, str(written.with_suffix(".pdf")), "-"], capture_output=True, text=True, check=True).stdout
    sheets, words = told.split("\f")[:-1], Words(language)
    text, annexes = "".join(sheets[:2]), "".join(sheets[2:])
    assert len(sheets) == 3, len(sheets)
    for name in ("answer", "who", "basis", "checks"):  # none is lost, and none runs over
        assert words(f"page_{name}") in text and words(f"page_{name}") not in annexes, name
    assert words("attachments").strip() in text and words("page_table_baseline") in annexes
    assert words("row_own") in annexes and words("row_own") + "\n" not in text


@pytest.mark.parametrize("name", ["brief-zh-docx", "brief-en-docx"])
def test_no_letter_of_a_converted_document_is_missing(pages, name):
    fonts = subprocess.run([program("pdffonts"), str(pages / f"{name}.pdf")], capture_output=True, text=True, check=True).stdout
    used = {line.split()[0].split("+")[-1] for line in fonts.splitlines()[2:]}
    # With ours as the only Chinese font, a letter that it lacks would come from another, or from none.
    assert used and all(font.startswith("XianjieSansSC") for font in used), used


@pytest.mark.deep
def test_the_whole_baseline_is_briefed_with_every_picture_in_both_languages(tmp_path):
    from experiments.reporting.documents import write

    out = tmp_path / "out"
    answer = CliRunner().invoke(
        app, ["run", "scenarios/baseline.yaml", "--replications", "4", "--quiet", "--no-figures", "--brief", "--out", str(out)]
    )
    assert answer.exit_code == 0, answer.stderr + repr(answer.exception)
    written = write.write([out], tmp_path / "to", ("zh", "en"), ("html", "word"), "plain", "xianjie brief out", annexes=True)
    for page in (path for path in written if path.suffix == ".html"):
        assert page.read_text(encoding="utf-8").count("<figure") > 12
        found = inspect_in_browser(page, tmp_path, 1100)
        assert found["wide"] <= 0 and found["overflow"] == [] and found["contrast"] == [] and found["pictures"] == []
