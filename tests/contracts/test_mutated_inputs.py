"""Whatever becomes of a file that people write, or of a setting they type, it is read, or refused in one clear way: no traceback,
no hang, nothing hidden in the message, and what is accepted has a value in every month.

The mutations are the same every time: they are drawn from hashes of their number. A sample is tried always, all with ``-m deep``.
"""

import copy
import hashlib
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import model_api
from experiments.analyses import budget_allocation, design, discovery_spec, early_warning_request
from sim import county
from sim.core.inputs.errors import MOST_FAULTS, InputError
from sim.core.inputs.parameters import load_all
from sim.scenario import load_county, load_scenario
from sim.scenario.county_file import is_county_file

ROOT = Path(__file__).resolve().parents[2]
SAMPLE, ALL = 600, 20_000
LONGEST = 2.0  # seconds of processor

SCENARIOS = [
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "scenarios").glob("*.yaml"))
    if path.stem not in ("county", "baseline")
] + [
    "extends: baseline\ntitle: 我的方案\nlevers: {exit: 2023-01, taper_months: 24}\nmonths: 84\n",
    "title: {zh: 试, en: Try}\nreason: 试\ncounty: county.yaml\nmonths: 12\nvantage: 2021-12\nuncertainty: prior\n"
    "population: {detail: sampled, general_weight: 100}\n"
    "set:\n  public_posts: {count: {2021: 3000, 2022-07: 4000}}\n  budget.county_floor: 2e7\n",
    "extends: baseline.yaml\ntitle: {zh: 试, en: Try}\nset:\n"
    "  targeted_help.relief_menu: [0.5, 0.5, 0.5, 1, 1, 0.5, 1, 1]\n  case_review.listed_share: 0.12\n",
]
COUNTIES = [
    (ROOT / "scenarios" / "county.yaml").read_text(encoding="utf-8"),
    "title: {zh: 小县, en: Small}\n"
    "size: {name: {zh: 规模, en: Size}, parameter: founding.county_size, value: 0.1, evidence: assumed, source: a test}\n"
    "places: {name: {zh: 地方, en: Places}, parameter: founding.places, value: numbered, evidence: assumed, source: a test}\n",
]
SPECS = [
    re.sub(r"\.\./\.\./scenarios/", "", path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "experiments" / "specs").glob("*.yaml"))
]
SETS = [
    "public_posts.count=3000",
    "budget.county_floor={2021: 20000000, 2023-07: 1e7}",
    "targeted_help.relief_menu=[0.5, 0.5, 0.5, 1, 1, 0.5, 1, 1]",
    "founding.places=numbered",
    "uncertainty=prior",
    "farm_choice.capital=[0, 5, 3, 1.5, 3, 4]",
    "lines.poverty_line={2021: 4200, 2022: 4500}",
]
TRIES = ["budget.county_floor=10000000,public_posts.count|2022-01,2023-01", "stationed_teams.teams|2021-06"]

PARAMETERS = sorted(load_all().parameters)
#: What is put into a text, or in place of a value.
VALUES = (
    "", "0", "-1", "1e9", "1e308", "1e999", "-1e999", ".inf", ".nan", "nan", "9" * 30, "9" * 400, "0.1", "-0.0",
    "1_0", "0x10", "1e-400", "true", "null", "~", "no", "[]", "{}", "[[]]", "{a: 1}", "[1, 2, 3]",
    "{2021: 1, 2021-01: 2}", "{1999: 1}", "{2021-13: 1}", "{2021: {2022: 1}}", "{2019: 1}", "{2031: 1}", "2000万",
    "10%", "20,000,000", "３０００", "2000万元", "1.5亿", "“甲”", "试：试", "a: b", "'", '"', '"\\0"', '"\\u202e"',
    '"\\e[31m"', "|\n x", ">\n x", "&a 1", "*a", "!!python/object:os.system x", "!x 1", "<<", "? x", "off",
    "{off: 2023-01}", "{exit: 2026-01}", "baseline", "baseline.yaml", "../baseline.yaml", "mutated.yaml", ".",
    "/dev/zero", "x" * 300, "public_posts.count", "founding.county_size", "R3", "grid", "sobol", "from",
    "{low: 1, high: 2}", "{levels: 101}", "[4000, 4000]", "[{2021: 1}]", "{values: [1], quantiles: [0.5]}", "64",
    "100000", "3", "0.5", "{2021: 3}", "{2022-01: 0.5, 2023: 0.6}", "{2020-06: 2}", "[0.2, 0.8]", "1e23",
    "2021-07", "2023", "sampled", "full",
)  # fmt: skip
PIECES = (
    *VALUES, "\t", "\n", "\r", "\0", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "：", "，", "｛", "】", "[", "]",
    "{", "}", ",", ":", ": ", "- ", "#", "---\n", "...\n", "%YAML 9.9\n", "\n  ", "\ud800", "set:\n", "title: x\n",
    "extends: baseline\n", "factors:\n",
)  # fmt: skip


class Dice:
    """Numbers from the hash of a name: the same on every machine and in every order."""

    def __init__(self, name: str) -> None:
        self.name, self.thrown = name, 0

    def below(self, many: int) -> int:
        """A whole number from 0 to ``many`` - 1."""
        self.thrown += 1
        return int.from_bytes(hashlib.sha256(f"{self.name}.{self.thrown}".encode()).digest()[:8], "big") % many

    def one(self, of):
        return of[self.below(len(of))]


def slip(dice: Dice, text: str) -> str:
    """One slip of the pen."""
    if not text:
        return dice.one(PIECES)
    at, lines = dice.below(len(text)), text.split("\n")
    row = dice.below(len(lines))
    kind = dice.below(14)
    if kind == 0:
        return text[:at] + text[at + 1 + dice.below(30) :]
    if kind == 1:
        return text[:at] + dice.one(PIECES) + text[at:]
    if kind in (2, 3, 4):  # another value in place of one
        values = list(re.finditer(r"(?<=[:=\-,\[] )[^\n,}\]]*|(?<==)[^\n]*|(?<=: )[^\n]*", text))
        if values:
            found = dice.one(values)
            return text[: found.start()] + dice.one(VALUES) + text[found.end() :]
    if kind == 5:  # another name in place of one
        names = list(re.finditer(r"[\w.]+(?=\s*[:=])", text))
        if names:
            found = dice.one(names)
            other = (dice.one(names)[0], dice.one(VALUES), dice.one(PARAMETERS), dice.one(PARAMETERS))
            return text[: found.start()] + dice.one(other) + text[found.end() :]
    if kind == 6:
        lines.insert(dice.below(len(lines)), lines[row])
    elif kind == 7:
        lines[row] = dice.one(("", " ", "  ", "\t", "    ")) + lines[row].lstrip()
    elif kind == 8 and "!" <= text[at] <= "~":
        return text[:at] + chr(ord(text[at]) + 0xFEE0) + text[at + 1 :]
    elif kind == 9:
        return text[:at] + dice.one(PIECES) * dice.one((3, 30, 3000)) + text[at:]
    elif kind in (10, 11, 12):
        return graft(dice, text)
    else:
        del lines[row]
    return "\n".join(lines)


def graft(dice: Dice, text: str) -> str:
    """The text with one value anywhere in its tree replaced by another one, or by a value from elsewhere in it."""
    try:
        tree = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError, UnicodeError):
        return text + dice.one(PIECES)
    holders: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
            holders.append((node, key))
            walk(node[key])

    walk(tree)
    if not holders:
        return f"{dice.one(PARAMETERS)}={dice.one(VALUES)}"
    (into, key), (source, other) = dice.one(holders), dice.one(holders)
    if dice.below(3):
        with suppress(yaml.YAMLError, ValueError):
            into[key] = yaml.safe_load(dice.one(VALUES))
    elif isinstance(into, dict) and dice.below(2):
        into[dice.one(PARAMETERS)] = into.pop(key)
    else:
        into[key] = copy.deepcopy(source[other])
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


def mutated(dice: Dice, text: str) -> str:
    """A text after one to three slips."""
    for _ in range(dice.one((1, 1, 1, 2, 3))):
        text = slip(dice, text)
    return text


class Doors:
    """The doors through which what people write comes in, each with texts to begin from."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "mutated.yaml"
        for path in (ROOT / "scenarios").glob("*.yaml"):
            shutil.copy(path, folder)
        self.baseline = load_scenario(folder / "baseline.yaml")
        self.catalogue = model_api.load_model(model_api.COUNTY).catalogue(self.baseline)
        self.all: tuple[tuple[Callable[[str], None], list[str]], ...] = (
            (self.scenario, SCENARIOS), (self.scenario, SCENARIOS), (self.setting, SETS), (self.spec, SPECS),
            (self.county, COUNTIES), (self.levers, TRIES),
        )  # fmt: skip

    def write(self, text: str) -> Path:
        self.file.write_bytes(text.encode("utf-8", "surrogatepass"))
        return self.file

    def scenario(self, text: str) -> None:
        county.values_of(load_scenario(self.write(text)), None)

    def setting(self, text: str) -> None:
        county.values_of(load_scenario(self.folder / "baseline.yaml", [text]), None)

    def county(self, text: str) -> None:
        file = self.write(text)
        if is_county_file(file):
            load_county(file)
            county.values_of(load_scenario(self.folder / "baseline.yaml", (), file), None)

    def spec(self, text: str) -> None:
        file = self.write(text)
        read = budget_allocation.read if "programmes" in text else discovery_spec.load if "\ngoal:" in text else design.load
        read(file)

    def levers(self, text: str) -> None:
        levers, _, starts = text.partition("|")
        early_warning_request.list_trials(self.baseline, levers, starts, ["R3"], self.catalogue)


def tried(doors: Doors, numbers: range) -> tuple[Counter, float, list[str]]:
    """How many of these mutations were accepted and refused, the longest that one took, and what went wrong."""
    found, longest, wrong = Counter(), 0.0, []
    for number in numbers:
        dice = Dice(f"mutation {number}")
        enter, texts = doors.all[number % len(doors.all)]
        text = mutated(dice, dice.one(texts))
        began = time.process_time()
        try:
            enter(text)
            found["accepted"] += 1
        except InputError as problem:
            found["refused"] += 1
            wrong += [f"{number} {enter.__name__}: {fault}" for fault in faults(str(problem))]
        except Exception as problem:
            wrong.append(f"{number} {enter.__name__}: {type(problem).__name__}: {problem}")
        took = time.process_time() - began
        longest = max(longest, took)
        if took > LONGEST:
            wrong.append(f"{number} {enter.__name__}: took {took:.1f} s")
    return found, longest, wrong


def faults(message: str) -> list[str]:
    """What is wrong with a message."""
    found = []
    if not all(letter.isprintable() or letter in "\n\u3000" for letter in message):
        found.append(f"hidden characters in {message!r}")
    if len(message.splitlines()) > 2 * (MOST_FAULTS + 1) or len(message) > 60_000:
        found.append("too long a message")
    if not re.search("[\u4e00-\u9fff]", message) or "Traceback" in message or "errors.pydantic" in message:
        found.append(f"not in words: {message[:300]!r}")
    return found


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    return Doors(tmp_path_factory.mktemp("mutated"))


def test_a_sample_of_mutated_inputs_is_read_or_refused(doors):
    found, _, wrong = tried(doors, range(SAMPLE))
    assert not wrong, "\n".join(wrong[:20])
    assert sum(found.values()) == SAMPLE and min(found["accepted"], found["refused"]) > SAMPLE / 10


@pytest.mark.deep
def test_all_mutated_inputs_are_read_or_refused(doors):
    found, longest, wrong = tried(doors, range(ALL))
    print(f"\n{dict(found)}, the longest {longest:.2f} s")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:20])
