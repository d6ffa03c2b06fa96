"""What the templates show, from plans, jobs and result folders: plain data in one language."""

import json
import time
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from experiments.analyses.attribution import Indivisible, Package
from experiments.model_api import COUNTY, load_model
from experiments.page import answers, pictures
from experiments.page.jobs import AFTERWARDS, RESULT, Job, Queue, plans_named
from experiments.page.workspace import Plan, Workspace
from experiments.reporting import plan_differences
from experiments.reporting.figures import sweep_charts
from experiments.reporting.figures.picture import SECTIONS
from experiments.reporting.office_numbers import ENOUGH
from experiments.reporting.translations import LANGUAGES, Words, margin, probability
from experiments.results import journal, summaries, tables
from experiments.results.folder import description
from sim.core.inputs.errors import InputError, UserError, describe_problem, disk_is_full
from sim.scenario import Scenario, load_scenario

#: Documents by how their names end, in the order in which they are offered.
DOCUMENTS = {"docx": ".docx", "official": "-official.docx", "xlsx": ".xlsx", "html": ".html"}
PARTS_OPTION, REPAIR_OPTION = "--parts", "--repair"
WAITING = ("queued", "running", "no_room")
MOST_FINDINGS = 200


def problem_text(problem: UserError | InputError, words: Words) -> str:
    """A fault in the reader's language, without the path of the folder that the page works in."""
    if isinstance(problem, InputError):
        return problem.text_in(words.language)
    return problem.chinese if words.language == "zh" else problem.english


def refusal_text(problem: OSError, words: Words) -> str:
    """What the system refused to write when something was asked for, and what to do."""
    if disk_is_full(problem):
        return words("screen_disk_full")
    return words("screen_disk_refuses", problem=_told(problem, words))


def queue_notice(queue: Queue, words: Words) -> str:
    """Why the queue does not go on, if it does not: the disk is full, or the system refuses otherwise."""
    if queue.held or (queue.refusal is not None and disk_is_full(queue.refusal)):
        return words("screen_queue_full")
    return words("screen_queue_refused", problem=_told(queue.refusal, words)) if queue.refusal is not None else ""


def _told(problem: OSError, words: Words) -> str:
    told = describe_problem(problem)
    return told.chinese if words.language == "zh" else told.english


def card(plan: Plan, reference: Scenario, words: Words) -> dict[str, Any]:
    """A plan as the list shows it: what differs from the reference."""
    usable = plan.scenario is not None
    return {
        "name": plan.name,
        "title": words.of(plan.title),
        "own": plan.own,
        "usable": usable,
        "problem": problem_text(plan.problem, words) if plan.problem else "",
        "differences": list(plan_differences.differences(plan.scenario, reference, words)) if plan.scenario else [],
        "copy": words("screen_copy_of", name=words.of(plan.title))[:40],
    }


def job_row(job: Job, workspace: Workspace, words: Words) -> dict[str, Any]:
    """A job as lists and its own page show it."""
    title = _title(job.plan, workspace, words) if job.plan else words(f"screen_kind_{job.kind}")
    if job.kind == "county":
        title = words("screen_county_of", name=Path(option(job.arguments, "--out")).name)
    if job.kind == "compare":
        named = (
            _title(Path(word).stem if word.endswith(".yaml") else word, workspace, words) for word in plans_named(job.arguments)
        )
        title = words("screen_comparison_of", titles=words("name_list").join(words("screen_quoted", name=name) for name in named))
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.asked))
    return {
        "id": job.id,
        "kind": job.kind,
        "plan": job.plan,
        "title": title,
        "when": when,
        "state": job.state,
        "total": job.total,
    }


def _title(name: str, workspace: Workspace, words: Words) -> str:
    """A plan's title now; its name where it is gone."""
    try:
        return words.of(workspace.plan(name).title)
    except UserError:
        return name


def goal_rows(lines: Sequence[Mapping[str, Any]], words: Words, headline: bool = False) -> list[dict[str, Any]]:
    """Goals as the table of chances shows them: the headline ones, or all but those that stand for several."""
    rows = []
    for line in lines:
        if line.get("probability") is None or (headline and not line["headline"]) or "members" in line:
            continue
        rows.append(
            {
                "name": words.of(line["name"]),
                "chance": probability(words, line),
                "probability": line["probability"],
                "low": line["low"],
                "high": line["high"],
                "margin": margin(words, line)[0],
            }
        )
    return rows


def live_rows(queue: Queue, job: Job, words: Words) -> list[dict[str, Any]]:
    """The headline goals of a run under way, from the replications that its journal holds; [] before the first."""
    folder = queue.folder(job.id) / RESULT / "journal"
    chunks = [chunk for chunk in journal.read(folder) if chunk.completed]
    if not chunks:
        return []
    catalogue = load_model(COUNTY).catalogue(plans_of(queue, job)[0])
    names = tables.axes(chunks, catalogue)
    return goal_rows(summaries.goal_lines(chunks, catalogue, names.goals, names.years), words, headline=True)


def progress_text(job: Job, done: int, words: Words, rows: Sequence[Mapping[str, Any]] = ()) -> str:
    """How far a job is: replications, and the time left once there is a pace; where it goes on until the main goals are known
    well enough, how well they are known by now, which its ``rows`` say.
    """
    if job.state == "queued":
        return words("screen_waits")
    if job.state == "no_room":
        return words("screen_waits_for_room", done=done)
    if done and job.kind == "run" and not job.total:
        points = max((100 * (row["high"] - row["low"]) / 2 for row in rows if row["low"] is not None), default=None)
        return words("screen_until", done=done) if points is None else words("screen_known_to", done=done, points=f"{points:.1f}")
    if done <= job.before or not job.total:
        return words("screen_begins", done=done)
    if done >= job.total:
        return words("screen_writes", done=done)
    left = (time.time() - job.started) / (done - job.before) * (job.total - done)
    label = "screen_so_far_beside" if job.kind == "run" else "screen_so_far"
    return words(label, done=done, total=job.total, left=words.seconds(left))


def answered(queue: Queue, job: Job) -> bool:
    """Whether a job that is under way has its answer already, and only documents and figures are still made."""
    return job.state in WAITING and queue.after(job.id).get("done", 0) > 0


def after_text(job: Job, after: Mapping[str, Any], words: Words) -> str:
    """Which of the parts that follow the answer is being made."""
    last = len(AFTERWARDS[job.kind]) - 1
    number = min(after["done"], last)
    told = words(f"screen_after_{AFTERWARDS[job.kind][number]}", count=after.get("count", 0))
    return words("screen_after", step=told, number=number, of=last)


def cost_text(queue: Queue, job: Job, runs: int, words: Words) -> str:
    """What so many more replications cost: their number, and the time at the pace of those before, where it is known."""
    pace = queue.pace(job.id)
    if pace is None:
        return words("screen_cost", runs=words.grouped(f"{runs:,}"))
    return words("screen_cost_time", runs=words.grouped(f"{runs:,}"), time=words.seconds(runs * pace))


def questions(queue: Queue, job: Job, repair: Mapping[str, Any], words: Words) -> list[dict[str, str]]:
    """What a finished comparison of one plan may still be asked, with what it costs: what each setting contributes, and the
    cheapest repair of what the plan breaks (``repair``: as ``answers.repairable`` found it).
    """
    found: list[dict[str, str]] = []
    if job.kind != "compare" or job.state != "done":
        return found
    if runs := runs_of_parts(queue, job):
        note = words("screen_parts_cost", cost=cost_text(queue, job, runs, words))
        found.append({"path": "parts", "note": note, "button": words("screen_parts_now")})
    if repair and REPAIR_OPTION not in job.arguments:
        named = words("name_list").join(words("screen_quoted", name=name) for name in repair["promises"])
        note = words("screen_repair_cost", promises=named, cost=cost_text(queue, job, repair["runs"], words))
        found.append({"path": "repairs", "note": note, "button": words("screen_repair_now")})
    return found


def runs_of_parts(queue: Queue, job: Job) -> int:
    """How many replications it takes to say what each setting of a compared plan contributes; 0 where that cannot be said, or
    was.
    """
    if PARTS_OPTION in job.arguments or len(plans_named(job.arguments)) != 2:
        return 0
    try:
        first, other = plans_of(queue, job)
        return Package.of(first, other).runs(int(option(job.arguments, "--replications")))
    except (InputError, Indivisible, ValueError):
        return 0


def option(arguments: Sequence[str], name: str) -> str:
    """The value of an option among arguments; empty where it is not given."""
    return next((value for key, value in pairwise(arguments) if key == name), "")


def plans_of(queue: Queue, job: Job) -> list[Scenario]:
    """The plans of a run or a comparison as they were when it was asked. Raises InputError."""
    home = queue.folder(job.id)
    return [_frozen(home / word if word.endswith(".yaml") else Path(word)) for word in plans_named(job.arguments)]


def result_folders(queue: Queue, job: Job) -> list[Path]:
    """Where the results of the plans of a finished run or comparison lie."""
    home = queue.folder(job.id)
    if job.kind == "run":
        return [home / RESULT]
    return [home / each["folder"] for each in queue.answer(job.id).get("scenarios", [])]


@cache
def _frozen(path: Path) -> Scenario:
    """A plan in the folder of a job, which never changes; it is read every second while the job runs."""
    return load_scenario(path)


def settings_of(queue: Queue, job: Job, reference: Scenario, words: Words) -> list[str]:
    """What the plan of a run set otherwise than the reference when it was asked; [] for other jobs and a plan with faults."""
    if job.kind != "run":
        return []
    try:
        plan = plans_of(queue, job)[0]
    except InputError:
        return []
    return list(plan_differences.differences(plan, reference, words)) or [words("screen_as_reference")]


def result_files(queue: Queue, job: Job) -> dict[str, Path]:
    """The files of a result that may be fetched, by their path in it: figures, data, documents. Documents and figures of an
    answer that was made anew are not given out before they are made anew.
    """
    root, after = queue.folder(job.id), queue.after(job.id)
    kinds = (".svg", ".png", ".csv", ".xlsx", ".docx", ".html", ".json", ".txt")
    homes = [RESULT, pictures.FOLDER, *([answers.BRIEF] if is_made(job, after, "documents") else [])]
    found = {}
    for path in sorted(each for name in homes for each in (root / name).rglob("*")):
        inside = path.relative_to(root)
        hidden = any(part.startswith(".") or part == "journal" for part in inside.parts)
        if path.suffix in kinds and path.is_file() and not path.is_symlink() and not hidden:
            found[inside.as_posix()] = path
    return found


def is_made(job: Job, after: Mapping[str, Any], step: str) -> bool:
    """Whether a part that follows the command is made of the answer that stands; jobs without a record of it have all."""
    steps = AFTERWARDS.get(job.kind, ())
    return not after or step not in steps or after.get("done", 0) > steps.index(step)


def documents(files: Mapping[str, Path], words: Words) -> list[dict[str, Any]]:
    """The brief of a result by language, the reader's first, each with its formats."""
    found = []
    for language in (words.language, *(each for each in LANGUAGES if each != words.language)):
        shown = [
            {"path": name, "label": words(f"screen_document_{label}")}
            for label, ending in DOCUMENTS.items()
            for name in files
            if name.startswith(f"{answers.BRIEF}/") and name.endswith(f"-{language}{ending}")
        ]
        if shown:
            found.append({"title": words(f"screen_documents_{language}"), "files": shown})
    return found


def figures(queue: Queue, job: Job, words: Words) -> list[dict[str, Any]]:
    """The figures of a run in the reader's language by part of the answer; those that could not be drawn say so."""
    found: dict[str, list[dict[str, Any]]] = {}
    if not is_made(job, queue.after(job.id), "figures"):
        return []
    for each in pictures.stored(queue.folder(job.id) / pictures.FOLDER):
        if each["language"] != words.language:
            continue
        if "problem" in each:
            found.setdefault("other", []).append({"problem": words("screen_picture_failed", problem=each["problem"])})
            continue
        stem = f"{pictures.FOLDER}/{each['file']}"
        others = [
            (f"{stem}.csv", words("screen_data")),
            (f"{stem}-{words.language}.png", "PNG"),
            (f"{stem}-{words.language}.svg", "SVG"),
        ]
        shown = [{"path": path, "label": label} for path, label in others]
        facts = {"title": each["title"], "caption": each["caption"], "alt": each["alt"], "problem": ""}
        found.setdefault(each["section"], []).append({"vector": f"{stem}-{words.language}.svg", "files": shown, **facts})
    titles = {section: words("screen_sweep_figures" if job.kind == "sweep" else f"screen_part_{section}") for section in found}
    return [{"title": titles[section], "pictures": found[section]} for section in SECTIONS if section in found]


def is_stale(queue: Queue, job: Job, plan: Scenario) -> bool:
    """Whether a plan has been changed since its run was asked for: the result is of what it was."""
    try:
        recorded = json.loads((queue.folder(job.id) / RESULT / "manifest.json").read_text(encoding="utf-8"))["scenario"]
    except (OSError, ValueError, KeyError):
        return False
    return _values(recorded["overrides"]) != _values(description(plan)["overrides"])


def _values(overrides: Mapping[str, Any]) -> dict[str, Any]:
    return {identity: [each["value"] for each in found] for identity, found in overrides.items()}


def tables_of(kind: str, answer: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """What a sweep or the reading of a county's files found, as tables."""
    return sweep_table(answer, words) if kind == "sweep" else county_tables(answer, words) if kind == "county" else []


def county_tables(answer: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """What was counted in an office's files, and what was found wrong, by file and row; never a person."""
    if "counts" not in answer:
        return []
    counts = [[words(f"screen_count_{name}") if words.has(f"screen_count_{name}") else name, words.grouped(f"{count:,}")]
              for name, count in answer["counts"].items() if isinstance(count, int)]  # fmt: skip
    found = [
        [each.get("file", ""), each.get("sheet", "") or "", str(each.get("row") or ""), each[words.language]]
        for each in answer["findings"]
    ]
    heads = [words(f"screen_finding_{head}") for head in ("file", "sheet", "row", "what")]
    tables = [{"title": words("screen_counts"), "heads": [words("screen_what_counted"), words("screen_count")], "rows": counts}]
    if found:
        title = words("screen_findings", count=len(found))
        tables.append({"title": title, "heads": heads, "rows": found[:MOST_FINDINGS]})
    return tables


def sweep_table(answer: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """The summary of a sweep as a table: a row for each point, the values of its levers and what comes of them."""
    rows, factors, outcomes = (answer.get(name, []) for name in ("summary", "factors", "outcomes"))
    if not rows:
        return []
    points: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        points.setdefault(row["point"], {})[row["outcome"]] = row
    shown = []
    for found in points.values():
        first = next(iter(found.values()))
        values = [sweep_charts.format_level(first[factor["id"]], factor, words) for factor in factors]
        shown.append([*values, *(sweep_charts.format_outcome(found[each["id"]], each, words) for each in outcomes)])
    heads = [*(words.of(each["name"]) for each in factors), *(sweep_charts.outcome_title(each, words) for each in outcomes)]
    runs = answer.get("replications", ENOUGH)
    note = words("scoreboard_trial", runs=runs) if runs < ENOUGH else ""
    return [{"title": words("screen_sweep_summary"), "note": note, "heads": heads, "rows": shown}]
