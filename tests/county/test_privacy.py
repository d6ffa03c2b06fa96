"""Nothing of a person leaves the import: every byte that it writes, prints or leaves behind is searched for what was planted."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli.app import app
from experiments.county_data import identity, importer, sheet, values
from sim.core.inputs.errors import InputError
from tests.county import exports
from tests.county.forms import filled

ROOT = Path(__file__).resolve().parents[2]
FOUND = exports.people(120, seed=5)
#: Headings whose cells are of a person or a household, and must be found nowhere.
PERSONAL = ("姓名", "户主姓名", "证件号码", "户主证件号码", "户主身份证号", "联系电话", "户联系电话", "家庭住址", "开户银行", "银行账号", "银行帐号",
            "户编号", "人口编号")  # fmt: skip
ELSEWHERE = "单子涵涵"  # a name where none is expected


#: The import in each way of printing, in a process of its own: whatever it leaves behind lies in the folders that it was given.
THRICE = """
import sys
from experiments.cli.app import main
words = ["xianjie", "county", "import", *sys.argv[1:]]
for more in ([], ["--json"], ["--lang", "en"]):
    sys.argv = [*words, *more]
    try:
        main()
    except SystemExit as ended:
        assert ended.code in (0, 4), ended.code
    print("done:", more, file=sys.stderr)
"""


def planted(tables: exports.Office) -> set[str]:
    """What of the tables must be found nowhere: names and numbers, and names put where numbers belong."""
    found = {ELSEWHERE}
    for rows in (tables.households, tables.persons, tables.civil, tables.work, tables.loans):
        for row in rows:
            found |= {str(row[key]).strip() for key in PERSONAL if row.get(key)}
    return {each for each in found if len(each) > 2}


def everywhere(tables: exports.Office) -> exports.Office:
    """The tables with a name in every other field, one row for each."""
    for rows in (tables.households, tables.persons, tables.civil, tables.work, tables.loans, tables.villages):
        for number, key in enumerate(list(rows[0])):
            if key not in PERSONAL and number < len(rows):
                rows[number][key] = ELSEWHERE
    return tables


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and what is packed in it; names count too."""
    for path in folder.rglob("*"):
        yield f"{path} itself", str(path.relative_to(folder)).encode()
        if path.is_file():
            yield str(path), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path}!{name}", archive.read(name)) for name in archive.namelist())


def search(secrets: set[str], where: Iterator[tuple[str, bytes]]) -> list[str]:
    """Where any of the secrets stands, in any encoding that they were handed in with."""
    found = []
    for name, content in where:
        for encoding in ("utf-8", "gb18030", "utf-16-le"):
            text = content.decode(encoding, "ignore")
            found += [f"{name}: {secret}" for secret in secrets if secret in text]
    return found


@pytest.mark.parametrize("faulty", [False, True])
def test_nothing_of_a_person_is_written_printed_or_left_behind(tmp_path, faulty):
    tables = exports.office(FOUND)
    secrets = planted(tables)
    source, temporary, home = tmp_path / "in", tmp_path / "tmp", tmp_path / "home"
    for folder in (source, temporary, home):
        folder.mkdir()
    paths = exports.write(source, everywhere(tables) if faulty else tables)
    if faulty:  # a name below the table, and a row of headings cut short
        with paths[1].open("ab") as file:
            file.write(f"\r\n填表人：,{ELSEWHERE}\r\n{ELSEWHERE}\r\n".encode("gb18030"))
    out = tmp_path / "out"
    environment = dict(
        os.environ, PYTHONPATH=str(ROOT), TMPDIR=str(temporary), HOME=str(home), XDG_CACHE_HOME=str(home / "cache")
    )
    command = [sys.executable, "-c", THRICE, *map(str, paths), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0 and done.stderr.decode().count("done: ") == 3, done.stderr.decode()
    printed = iter([("stdout", done.stdout), ("stderr", done.stderr)])
    assert search(secrets, printed) == []
    assert search(secrets, contents(out)) == []
    assert search(secrets, contents(temporary)) == [] and search(secrets, contents(home)) == []
    assert search(secrets, contents(source)), "the search itself finds what is there"
    assert {path.name for path in tmp_path.iterdir()} == {"in", "tmp", "home", "out"}


def test_names_telephones_and_accounts_are_not_kept_while_reading(tmp_path):
    from experiments.county_data import findings, workbook

    secrets = planted(exports.office(FOUND))
    for path in exports.write(tmp_path, exports.office(FOUND)):
        for table in workbook.tables(path):
            read = sheet.read(table, findings.Findings())
            held = {str(value) for record in read.records for value in record.values.values()}
            assert not held & secrets


def test_an_error_of_the_program_itself_does_not_show_a_cell(tmp_path, monkeypatch):
    def fail(cell, field):
        raise ValueError(f"cannot read {cell!r}")

    paths = exports.write(tmp_path, exports.office(FOUND))
    monkeypatch.setattr(values, "read", fail)
    with pytest.raises(InputError) as caught:
        importer.read(paths)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert "ValueError" in caught.value.english and not search(
        planted(exports.office(FOUND)), iter([("", str(caught.value).encode())])
    )
    answer = CliRunner().invoke(app, ["county", "import", *map(str, paths), "--out", str(tmp_path / "out")])
    assert answer.exit_code == 2 and "Traceback" not in answer.output and not (tmp_path / "out").exists()


def test_the_key_of_hashes_dies_with_the_process():
    ask = "from experiments.county_data import identity; print(identity.hashed('211382198001010011').hex())"
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    answers = {
        subprocess.run([sys.executable, "-c", ask], capture_output=True, env=environment, text=True).stdout for _ in range(2)
    }
    assert len(answers) == 2 and identity.hashed("211382198001010011").hex() not in answers
    assert identity.hashed("a") == identity.hashed("a") != identity.hashed("b")


def test_no_cell_or_category_of_fewer_than_five_households_is_written():
    from experiments.county_data import tabulate
    from sim.scenario.distributions import FEWEST, OTHER

    for seed in range(30):
        number = 12 + seed * 7
        tables = exports.office(exports.people(number, seed=seed))
        made = importer_tables(tables)
        for row in made.cells:
            assert row["households"] >= FEWEST or len(made.cells) == 1, (seed, row)
        for row in made.margins:
            assert row["households"] >= FEWEST, (seed, row)
        by = {row["variable"] for row in made.margins}
        assert not by or {"size", "kind"} <= by or any(row["category"] == OTHER for row in made.margins)
    assert tabulate.FEWEST_FOR_DECILES >= 10 * FEWEST


def importer_tables(tables):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return importer.read(exports.write(Path(folder), tables)).tables


def test_a_long_number_in_a_source_is_not_written_and_remarks_are_not_read(tmp_path):
    import openpyxl

    path = filled(tmp_path / "a.xlsx", {"registered_persons": (100, "王某 13912345678 提供", 2020)})
    book = openpyxl.load_workbook(path)
    book["县情"]["G8"] = ELSEWHERE
    book.save(path)
    answer = CliRunner().invoke(app, ["county", "import", str(path), "--out", str(tmp_path / "out"), "--json"])
    assert answer.exit_code == 0, answer.output
    assert search({"13912345678", ELSEWHERE}, contents(tmp_path / "out")) == []
    assert ELSEWHERE not in answer.output
