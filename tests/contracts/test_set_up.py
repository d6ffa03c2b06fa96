"""xj.py without a network: packages fetched beforehand are installed, and a folder of them that does not fit is refused."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: An index where nobody answers: whoever asks it fails.
NOWHERE = "http://127.0.0.1:9/simple"
BACKEND = """
import zipfile
def _wheel(folder):
    name = "xianjie-0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as archive:
        archive.writestr("small_xianjie.py", "import greeting, sys\\ndef main(): print(greeting.TEXT, *sys.argv[1:])\\n")
        archive.writestr("xianjie-0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: xianjie\\nVersion: 0\\n")
        archive.writestr("xianjie-0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("xianjie-0.dist-info/entry_points.txt", "[console_scripts]\\nxianjie = small_xianjie:main\\n")
        archive.writestr("xianjie-0.dist-info/RECORD", "")
    return name
def build_editable(folder, settings=None, metadata=None): return _wheel(folder)
def build_wheel(folder, settings=None, metadata=None): return _wheel(folder)
"""


@pytest.fixture
def house(tmp_path):
    """A small project with xj.py, a lock of one package, and that package in a shop of its own."""
    root, shop = tmp_path / "house", tmp_path / "shop"
    for folder in (root / "sim", root / "experiments", shop):
        folder.mkdir(parents=True)
    (root / "xj.py").write_bytes((ROOT / "xj.py").read_bytes())
    (root / "backend.py").write_text(BACKEND)
    (root / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n')
    wheel = shop / "greeting-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("greeting.py", "TEXT = 'from the stick'\n")
        archive.writestr("greeting-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
        archive.writestr(
            "greeting-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("greeting-1.0.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (root / "requirements.lock").write_text(f"greeting==1.0 \\\n    --hash=sha256:{digest}\n")
    return root


def start(root, *words, **environment):
    """Run xj.py where no index answers. The Python of this environment, but not its packages."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_", "PYTHON", "XIANJIE_"))}
    clean |= {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": NOWHERE,
        "PIP_RETRIES": "0",
        "UV_INDEX_URL": NOWHERE,
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, str(root / "xj.py"), *words],
        capture_output=True,
        encoding="utf-8",
        env=clean | environment,
        cwd=root.parent,
    )
    return done.returncode, done.stdout, done.stderr


def fetch(root, *words):
    """``xj.py wheels`` with the shop as its network."""
    return start(root, "wheels", *words, PIP_FIND_LINKS=str(root.parent / "shop"), PIP_NO_INDEX="1")


def as_module(root):
    """The xj.py of a house, imported."""
    found = importlib.util.spec_from_file_location("xj_of_the_house", root / "xj.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.deep
@pytest.mark.parametrize("place", ["beside", "stick"])
def test_fetched_packages_are_enough(house, place):
    stick = house.parent / "the stick"
    code, _answer, said = fetch(house, *([str(stick)] if place == "stick" else []))
    assert code == 0 and "1 packages" in said, said
    chosen = {"XIANJIE_WHEELS": str(stick)} if place == "stick" else {}
    code, answer, said = start(house, "hello", **chosen)
    assert (code, answer) == (0, "from the stick hello\n"), said
    assert start(house, "again")[:2] == (0, "from the stick again\n")  # set up, it needs the stick no more


@pytest.mark.deep
def test_without_them_the_network_is_asked(house):
    code, answer, said = start(house, "hello")
    assert code == 1 and answer == "" and "set-up failed" in said


def test_what_could_not_be_fetched_is_not_taken_for_whole(house):
    next((house.parent / "shop").iterdir()).unlink()
    code, _answer, said = fetch(house)
    assert code == 1 and "not all packages are there" in said
    code, _answer, said = start(house)
    assert code == 2 and "安装包不全" in said and "are not all there" in said and "Traceback" not in said
    assert not (house / ".venv").exists()


def refusal(house, capsys, monkeypatch, named=None):
    """What xj.py says of its folder of packages, and its exit code."""
    if named is None:
        monkeypatch.delenv("XIANJIE_WHEELS", raising=False)
    else:
        monkeypatch.setenv("XIANJIE_WHEELS", str(named))
    with pytest.raises(SystemExit) as ended:
        as_module(house).chosen_wheels()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("xj: ") for line in lines)
    return ended.value.code, "\n".join(lines)


def test_a_folder_that_does_not_fit_is_refused(house, capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("XIANJIE_WHEELS", raising=False)
    module = as_module(house)
    assert module.chosen_wheels() is None  # no folder: from a network
    code, said = refusal(house, capsys, monkeypatch, named=tmp_path / "nowhere")
    assert code == 2 and "没有这个文件夹" in said and "there is no such folder" in said
    (house / "wheels").mkdir()
    code, said = refusal(house, capsys, monkeypatch)
    assert code == 2 and "安装包不全" in said and "not all there" in said
    record = house / "wheels" / module.MADE_FOR
    record.write_text(module.made_for())
    assert module.chosen_wheels() == house / "wheels"
    record.write_text(module.made_for().replace(f"Python 3.{sys.version_info[1]}", "Python 3.9"))
    code, said = refusal(house, capsys, monkeypatch)
    assert code == 2 and "用于 Python 3.9" in said and "are for Python 3.9" in said
    record.write_text(module.made_for())
    (house / "requirements.lock").write_text("greeting==2.0\n")
    code, said = refusal(house, capsys, monkeypatch)
    assert code == 2 and "不是这一版项目的" in said and "another version of the project" in said
    (house / "file").write_text("")
    assert refusal(house, capsys, monkeypatch, named=house / "file")[0] == 2


@pytest.mark.parametrize("words", [("--help",), ("a", "b")])
def test_a_wrong_line_is_refused(house, words):
    code, answer, said = start(house, "wheels", *words)
    assert code == 2 and answer == "" and "xj.py wheels FOLDER" in said
    assert sorted(path.name for path in house.iterdir()) == [
        "backend.py",
        "experiments",
        "pyproject.toml",
        "requirements.lock",
        "sim",
        "xj.py",
    ]


def test_the_order_of_the_tests_names_files_that_are_there():
    from tests.conftest import LONGEST

    assert [name for name in LONGEST if not (ROOT / name).is_file()] == [] and len(set(LONGEST)) == len(LONGEST)


def test_a_command_to_type_next_begins_as_the_program_was_started(monkeypatch):
    """Started by xj.py there is no `xianjie` on the path: what is printed to be typed must name xj.py."""
    from experiments.reporting.terminal.prose import as_called

    monkeypatch.setattr(sys, "argv", ["xj.py", "new"])
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    assert as_module(ROOT).typed() == "python3 xj.py"
    text = "下一步：xianjie compare 我的方案；'xianjie levers' lists them; outputs/xianjie x; xianjie 0.9.0"
    assert as_called(text) == text
    monkeypatch.setenv("XIANJIE_PROGRAM", "python3 xj.py")
    shown = as_called(text)
    assert shown.startswith("下一步：python3 xj.py compare 我的方案；'python3 xj.py levers' lists") and shown.endswith(
        "/xianjie x; xianjie 0.9.0"
    )
    for name in ("README.md", "README.en.md"):
        assert not [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.startswith("xianjie ")]
