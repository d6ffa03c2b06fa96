"""The folder that a planner works in: plans as YAML files, runs beside them, and a bin for what was deleted.

plans/NAME.yaml      the planner's own plans, the same files that the command line takes
runs/NAME/           jobs and their results (see ``jobs``)
counties/NAME/       counties read from files of an office
bin/                 what was deleted or written over, by day and time; nothing is ever destroyed from the page
"""

import json
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from experiments.reporting import plan_workbook
from experiments.results.files import as_json, same_file, whole, write_text
from sim.core.inputs import shipped, yaml_file
from sim.core.inputs.errors import InputError, UserError, all_of
from sim.core.inputs.parameters import load_all
from sim.scenario import Scenario, load_scenario, plan_form

PLANS, RUNS, COUNTIES, BIN = "plans", "runs", "counties", "bin"
LONGEST_NAME = 40
LARGEST_PLAN = 1 << 20  # bytes of a plan file; what people write has a few thousand
REFERENCE = "baseline"
_NAME = re.compile(r"[\w][\w \-.（）()]*", re.UNICODE)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNIQUE = 100


@dataclass(frozen=True)
class Plan:
    """A plan as it stands on disk; ``scenario`` is None where it cannot be used, and ``problem`` says why."""

    name: str
    path: Path
    own: bool
    tree: Mapping[str, Any]
    scenario: Scenario | None
    problem: InputError | None = None

    @property
    def title(self) -> dict[str, str]:
        """Its title in both languages; its name where the file has none that can be read."""
        return self.scenario.title if self.scenario else {"zh": self.name, "en": self.name}


def check_name(name: str) -> str:
    """A name that is safe as a file's on any system. Raises UserError for one that is not."""
    name = name.strip()
    bad = not name or len(name) > LONGEST_NAME or not _NAME.fullmatch(name) or name.endswith((".", " ")) or ".." in name
    if bad or _RESERVED.fullmatch(name):
        raise UserError(
            f"a name has 1 to {LONGEST_NAME} letters, digits, spaces, hyphens or brackets, and no path",
            f"名称应为 1 至 {LONGEST_NAME} 个字，可用汉字、字母、数字、空格、连字符和括号，不能含路径",
        )
    return name


def _named(problem: InputError, trial: Path, path: Path) -> InputError:
    """A fault in a trial, as one of the file that it was to become."""
    found = [
        InputError(each.place.replace(str(trial), path.name), each.line, each.english, each.chinese)
        for each in getattr(problem, "errors", [problem])
    ]
    return all_of(found)


class Workspace:
    """Plans in a folder. Whatever it is asked for by a name from outside goes through ``check_name``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[str, Plan] = {}
        self._stamp: object = None
        for name in (PLANS, RUNS, COUNTIES, BIN):
            (root / name).mkdir(parents=True, exist_ok=True)

    def names(self) -> list[str]:
        """The planner's own plans."""
        return sorted(path.stem for path in (self.root / PLANS).glob("*.yaml") if not path.name.startswith("."))

    def stamp(self) -> object:
        """What is equal as long as no plan and no county has changed."""
        places = (f"{PLANS}/*.yaml", f"{COUNTIES}/*/*")
        files = sorted(path for pattern in places for path in self.root.glob(pattern))
        return tuple((str(path), path.stat().st_mtime_ns) for path in files if path.is_file())

    def plan(self, name: str) -> Plan:
        """A plan of the planner's own, else a shipped one; read once, and again when any plan or county changes, since one may
        build on another. Raises UserError where there is neither.
        """
        stamp = self.stamp()
        if stamp != self._stamp:
            self._read, self._stamp = {}, stamp
        if name not in self._read:
            self._read[name] = self._load(name)
        return self._read[name]

    def _load(self, name: str) -> Plan:
        own = self.root / PLANS / f"{check_name(name)}.yaml"
        path = own if own.is_file() else shipped.files().get(name)
        if path is None or name == shipped.COUNTY:
            raise UserError(f"there is no plan called {name}", f"没有名为“{name}”的方案")
        try:
            tree = yaml_file.read_mapping(path)
            return Plan(name, path, path == own, tree, load_scenario(path))
        except InputError as problem:
            return Plan(name, path, path == own, {}, None, problem)

    def base(self, plan: Plan) -> Scenario:
        """What a plan would be if its file set nothing. Raises InputError."""
        if "set" not in plan.tree and plan.scenario is not None:
            return plan.scenario
        tree = {key: value for key, value in yaml.safe_load(plan.path.read_text(encoding="utf-8")).items() if key != "set"}
        with self._trial(self.root / PLANS / f"{plan.name}.yaml", tree) as trial:
            return load_scenario(trial)

    def create(self, name: str, like: str = REFERENCE, county: str = "") -> Plan:
        """A new plan: a copy of one's own, an extension of a shipped one; in a county of one's own, if it is named."""
        path = self._free(name)
        model = self.plan(like)
        if model.scenario is None:
            raise UserError(f"{like} cannot be used as a model: it has faults", f"“{like}”有错误，不能作为样本")
        if model.own:
            tree = dict(yaml.safe_load(model.path.read_text(encoding="utf-8")))
        else:
            tree = {"extends": like}
        tree["title"] = {"zh": name.strip(), "en": name.strip()}
        if county:
            if county not in self.counties():
                raise UserError(f"there is no county called {county}", f"没有名为“{county}”的县数据")
            tree["county"] = f"../{COUNTIES}/{county}"
        self._write(path, tree)
        return self.plan(path.stem)

    def rename(self, name: str, new: str) -> Plan:
        """The plan under another name."""
        plan = self._own(name)
        if same_file(new.strip()) != same_file(name):
            path = self._free(new)
        else:
            path = self.root / PLANS / f"{check_name(new)}.yaml"
        plan.path.rename(path)
        return self.plan(path.stem)

    def delete(self, name: str) -> Path:
        """Move a plan to the bin; where it lies there."""
        return self._into_bin(self._own(name).path)

    def save(self, name: str, title: str, settings: Mapping[str, Any]) -> Plan:
        """Write a plan's title and all that it sets itself; the version before goes to the bin. Raises InputError, and leaves the
        plan as it was, where the new one is not right.
        """
        plan = self._own(name)
        with self._trial(plan.path, self._changed(plan, title, settings)) as trial:
            load_scenario(trial)
            self._into_bin(plan.path, keep=True)
            trial.replace(plan.path)
        return self.plan(name)

    def try_out(self, plan: Plan, title: str, settings: Mapping[str, Any]) -> Scenario:
        """The scenario that ``save`` would write, which leaves the file as it is. Raises InputError."""
        with self._trial(self.root / PLANS / f"{plan.name}.yaml", self._changed(plan, title, settings)) as trial:
            return load_scenario(trial)

    @staticmethod
    def _changed(plan: Plan, title: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        tree = dict(yaml.safe_load(plan.path.read_text(encoding="utf-8")))
        called = title.strip()
        if called and called not in (plan.title["zh"], plan.title["en"]):
            tree["title"] = {"zh": called, "en": called}
        tree.pop("set", None)
        return tree | ({"set": dict(settings)} if settings else {})

    def take_in(self, name: str, content: bytes, ending: str = ".yaml") -> Plan:
        """A plan file from outside under a new name, a workbook's form as the same plan in text. Raises InputError where it is
        not right; nothing is kept of it then.
        """
        if len(content) > LARGEST_PLAN:
            raise UserError("a plan file has at most 1 MB", "方案文件不能超过 1 MB")
        path = self._free(name)
        with self._trial(path, content, ending) as trial:
            load_scenario(trial)
            if plan_form.is_form(trial):
                self._write(path, json.loads(as_json(plan_form.read(trial, load_all()))))
            else:
                trial.replace(path)
        return self.plan(path.stem)

    def as_form(self, plan: Plan, language: str) -> bytes:
        """A plan as a workbook's form. Raises InputError for a plan with faults."""
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "form.xlsx"
            plan_workbook.write(plan.path, out, language)
            return out.read_bytes()

    def counties(self) -> list[str]:
        """Counties read from an office's files."""
        return sorted(path.parent.name for path in (self.root / COUNTIES).glob("*/county.yaml"))

    def _own(self, name: str) -> Plan:
        plan = self.plan(name)
        if not plan.own:
            raise UserError(
                f"{name} lies in the folder scenarios, which the page does not change; make a copy",
                f"“{name}”在 scenarios 文件夹里，本页不改动它；请先复制一份",
            )
        return plan

    def _free(self, name: str) -> Path:
        path = self.root / PLANS / f"{check_name(name)}.yaml"
        taken = {same_file(each) for each in (*self.names(), *shipped.files())}
        if same_file(path.stem) in taken:
            raise UserError(f"there is a plan called {name} already", f"已有名为“{name}”的方案，请换一个名称")
        return path

    def _into_bin(self, path: Path, keep: bool = False) -> Path:
        day = time.strftime("%Y%m%d-%H%M%S")
        for number in range(_UNIQUE):
            aside = self.root / BIN / f"{path.stem}-{day}{f'-{number}' if number else ''}{path.suffix}"
            if not aside.exists():
                if keep:
                    with whole(aside) as partial:
                        partial.write_bytes(path.read_bytes())
                else:
                    path.rename(aside)
                return aside
        raise UserError("the bin is full; empty the folder 'bin'", "回收箱已满，请清理 bin 文件夹")

    @contextmanager
    def _trial(self, path: Path, content: Mapping[str, Any] | bytes, ending: str = ".yaml") -> Iterator[Path]:
        """A file beside a plan's, where what it extends is found, to be read before it takes the plan's place; else it goes."""
        trial = path.with_name(f".{path.name}.trial{ending}")
        try:
            if isinstance(content, bytes):
                trial.write_bytes(content)
            else:
                self._write(trial, content)
            yield trial
        except InputError as problem:
            raise _named(problem, trial, path) from None
        finally:
            trial.unlink(missing_ok=True)

    @staticmethod
    def _write(path: Path, tree: Mapping[str, Any]) -> None:
        write_text(path, yaml.safe_dump(dict(tree), allow_unicode=True, sort_keys=False, width=100))
