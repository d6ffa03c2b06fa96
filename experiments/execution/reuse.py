"""Whether a folder may be written to: what stands in it, how that differs from what is wanted now, and where to write meanwhile.

The command line and the Python interface ask here alike; ``option`` is how the caller names the folder, ``--out`` or ``out``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from experiments import model_api
from experiments.execution import runner
from experiments.results import files, fingerprint, folder_lock, journal, output_folder
from sim.core.inputs.errors import BilingualText, InputError, join_texts


def inputs_of(
    scenarios: Mapping[str, model_api.Scenario], seed: int, only_luck: bool, task: Any = None, single_draws: bool = False
) -> dict[str, Any]:
    """What decides the replications of a run or a study; ``task`` is what else is wanted, as plain data or records."""
    return fingerprint.collect_inputs(
        model_api.load_model(model_api.COUNTY), model_api.COUNTY, scenarios, seed=seed, only_luck=only_luck, task=task,
        single_draws=single_draws,
    )  # fmt: skip


def usable(out: Path, command: str, option: str = "--out") -> None:
    """Raise InputError unless ``out`` is, or can become, a folder of this command."""
    try:
        output_folder.check(out, command)
    except files.NotOurs as reason:
        raise InputError.of(option, 0, reason) from None
    for folder in (out, output_folder.next_to(out)):
        try:
            folder_lock.check(folder / output_folder.JOURNAL)
        except folder_lock.Held as who:
            raise InputError.of(option, 0, who) from None
    output_folder.settle(out)


def unlike(out: Path, now: dict[str, Any]) -> BilingualText | None:
    """In what the result in ``out`` differs from what is wanted now; None if in nothing, or if there is none."""
    before = output_folder.recorded_inputs(out)
    if before is None or not output_folder.holds(out):
        return None
    reasons = fingerprint.changes(before, now)
    old, new = (list(each.get("scenarios") or {}) for each in (before, now))
    if len(old) == len(new) == 1 and old != new:  # the names say more than every value of both
        reasons = [
            BilingualText(
                f"it holds a result of the scenario '{old[0]}', not '{new[0]}'", f"里面是情景“{old[0]}”的结果，不是“{new[0]}”的"
            )
        ]
    return join_texts(reasons) if reasons else None


def unjoinable(option: str, out: Path, reason: runner.Refused | BilingualText, fresh: bool = True) -> InputError:
    """That what is in ``out`` is not of the replications that are wanted; ``fresh``: whether to throw it away is offered."""
    if isinstance(reason, runner.Busy):
        return InputError.of(option, 0, reason)
    is_command = option.startswith("--")
    place, way = ("--out", "--fresh") if is_command else ("out", "fresh=True")
    offer = BilingualText(f", or throw them away with {way}", f"，或用 {way} 舍弃旧的重算") if fresh else BilingualText("", "")
    return InputError(
        option, 0, f"{out} holds replications that may not be joined: {reason.english}; name another {place}{offer.english}",
        f"{out} 里已有的推演不能与这次的合在一起：{reason.chinese}；请用 {place} 另写文件夹{offer.chinese}"
    )  # fmt: skip


def find_place(out: Path, command: str, now: dict[str, Any], fresh: bool, option: str = "--out") -> Path:
    """Where a study would write: ``out``, or a place beside the one that stands in it and is to be made ``fresh``. Nothing is
    touched. ``now``: as ``inputs_of`` gives it. InputError if ``out`` holds something else.
    """
    usable(out, command, option)
    reason = unlike(out, now)
    if reason and not fresh:
        raise unjoinable(option, out, reason)
    beside = output_folder.next_to(out)
    return beside if (output_folder.listed(out) if fresh else output_folder.begun(beside)) else out


def make_way(out: Path, command: str, now: dict[str, Any], fresh: bool, option: str = "--out") -> Path:
    """The place that ``find_place`` finds, made ready; ``end`` puts what is new in its place. InputError as there."""
    place, beside = find_place(out, command, now, fresh=fresh, option=option), output_folder.next_to(out)
    if fresh:
        output_folder.discard(beside)
        if place == out:
            output_folder.clear(out)
    elif place == beside:
        return beside
    output_folder.claim(place, command, now)
    return place


def end(out: Path, work: Path) -> None:
    """A study that was made anew takes the place of the one that stood."""
    if work != out:
        output_folder.replace(out)


def borrow(work: Path, now: Mapping[str, Any], replications: int, places: Iterable[Path]) -> int:
    """Copy finished replications of these very inputs into the journal of ``work``, if it has none yet; how many there are then.

    ``places``: result folders to look into. What is copied carries the hash of what it belongs to and is checked like any chunk
    before it counts; chunks that hold replications beyond those asked for are left.
    """
    target = work / output_folder.JOURNAL
    if journal.chunk_files(target) or fingerprint.read_fingerprint(target) is not None:
        return 0
    wanted, found = fingerprint.digest(now), set[int]()
    for place in places:
        source = place / output_folder.JOURNAL
        before = fingerprint.read_fingerprint(source)
        if before is None or fingerprint.digest(before) != wanted:
            continue
        for chunk in journal.account(source, wanted)[0]:
            numbers = set(chunk.replications)
            if chunk.failures or max(numbers) >= replications or numbers & found:
                continue
            if not found:
                target.mkdir(parents=True, exist_ok=True)
                fingerprint.write_fingerprint(target, now)
            journal.store(target / chunk.path.name, chunk.path.read_bytes())
            found |= numbers
    return len(found)
