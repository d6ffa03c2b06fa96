"""Ways in which a journal may come to lie: each kind is a function that damages a copy of a sound journal.

``damage(folder, other, dice)``: ``folder`` the result or shard whose ``journal`` is damaged, ``other`` a folder of journals to
take foreign chunks from, by what is foreign about them; ``dice`` chooses.
"""

import io
import json
import os
import warnings
import zipfile

import numpy as np

from experiments.results import fingerprint, journal


def chunks(folder):
    """The chunks of a folder's journal, in order."""
    return journal.chunk_files(folder / "journal")


def numbers_of(path):
    return journal.Chunk(path).replications


def one(folder, dice):
    return dice.choice(chunks(folder))


def members(path):
    """Names and bytes of all members of a chunk."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def says_the_same(folder, whole):
    """Whether a damaged journal still holds what the sound one holds: a bit may fall where nothing is said."""
    try:
        return (
            fingerprint.read_fingerprint(folder / "journal") == fingerprint.read_fingerprint(whole / "journal")
            and [path.name for path in chunks(folder)] == [path.name for path in chunks(whole)]
            and all(members(one) == members(other) for one, other in zip(chunks(folder), chunks(whole)) if not one.is_fifo())
            and not any(path.is_fifo() for path in chunks(folder))
        )
    except Exception:  # whatever zipfile makes of broken bytes
        return False


def put(path, parts, compression=zipfile.ZIP_STORED):
    """Write a chunk of these members: a proper archive with proper check sums."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)


def array(values):
    """An array as a member."""
    packed = io.BytesIO()
    np.save(packed, values)
    return packed.getvalue()


def header_edited(edit, sealed=False):
    """A kind that edits the header; ``sealed``: without the old digest."""

    def damage(folder, other, dice):
        path = one(folder, dice)
        parts = members(path)
        header = json.loads(np.load(io.BytesIO(parts["header.npy"])).tobytes())
        edit(header)
        parts["header.npy"] = array(np.frombuffer(json.dumps(header).encode(), dtype=np.uint8))
        if sealed:
            del parts["digest"]
        put(path, parts)

    return damage


def truncated(folder, other, dice):
    path = one(folder, dice)
    data = path.read_bytes()
    path.write_bytes(data[: dice.randrange(len(data))])


def beheaded(folder, other, dice):
    path = one(folder, dice)
    data = path.read_bytes()
    path.write_bytes(data[dice.randrange(1, len(data)) :])


def bit_flipped(folder, other, dice):
    path = one(folder, dice)
    data = bytearray(path.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(bytes(data))


def block_zeroed(folder, other, dice):
    path = one(folder, dice)
    data = bytearray(path.read_bytes())
    start = dice.randrange(len(data))
    data[start : start + 512] = bytes(len(data[start : start + 512]))
    path.write_bytes(bytes(data))


def garbage_behind(folder, other, dice):
    path = one(folder, dice)
    path.write_bytes(path.read_bytes() + dice.randbytes(dice.randrange(1, 300)))


def emptied(folder, other, dice):
    one(folder, dice).write_bytes(b"")


def text_instead(folder, other, dice):
    one(folder, dice).write_text("not an archive\n" * 20, encoding="utf-8")


def outcomes_changed(folder, other, dice):
    path = one(folder, dice)
    parts = members(path)
    goals = np.load(io.BytesIO(parts["goals.npy"]))
    goals[..., 0] = 1 - goals[..., 0]
    parts["goals.npy"] = array(goals)
    put(path, parts)


def months_changed(folder, other, dice):
    path = one(folder, dice)
    parts = members(path)
    months = np.load(io.BytesIO(parts["months.npy"]))
    months.flat[dice.randrange(months.size)] += 1.0
    parts["months.npy"] = array(months)
    del parts["digest"]
    put(path, parts)


def row_repeated(folder, other, dice):
    path = max(chunks(folder), key=lambda path: path.stat().st_size)
    parts = members(path)
    for name in ("goals.npy", "months.npy"):
        values = np.load(io.BytesIO(parts[name]))
        parts[name] = array(np.concatenate([values, values[:1]]))
    put(path, parts)


def member_missing(folder, other, dice):
    path = one(folder, dice)
    parts = members(path)
    del parts[dice.choice(sorted(parts))]
    put(path, parts)


def member_added(folder, other, dice):
    path = one(folder, dice)
    put(path, {**members(path), "extra.npy": array(np.zeros(3))})


def member_twice(folder, other, dice):
    path = one(folder, dice)
    parts = members(path)
    put(path, {name: content for name, content in parts.items() if name != "goals.npy"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo("goals.npy"), parts["goals.npy"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zipfile finds it odd too
            archive.writestr(zipfile.ZipInfo("goals.npy"), array(np.ones_like(np.load(io.BytesIO(parts["goals.npy"])))))


def compressed(folder, other, dice):
    path = one(folder, dice)
    put(path, members(path), zipfile.ZIP_DEFLATED)


def pickled(folder, other, dice):
    path = one(folder, dice)
    parts = members(path)
    packed = io.BytesIO()
    np.save(packed, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    put(path, {**parts, "goals.npy": packed.getvalue()})


def renamed(folder, other, dice):
    path = one(folder, dice)
    numbers = numbers_of(path)
    path.rename(journal.chunk_path(path.parent, "chunk", [number + 40 for number in numbers]))


def renamed_over_another(folder, other, dice):
    first, second = dice.sample(chunks(folder), 2)
    first.replace(second)


def swapped(folder, other, dice):
    first, second = dice.sample(chunks(folder), 2)
    one_chunk, other_chunk = first.read_bytes(), second.read_bytes()
    first.write_bytes(other_chunk)
    second.write_bytes(one_chunk)


def copied_to_other_numbers(folder, other, dice):
    path = one(folder, dice)
    numbers = numbers_of(path)
    first = 8 + dice.randrange(30)
    target = journal.chunk_path(path.parent, "chunk", range(first, first + len(numbers)))
    target.write_bytes(path.read_bytes())


def padded_copy(folder, other, dice):
    path = one(folder, dice)
    point, first, last = path.stem.rsplit("-", 2)
    (path.parent / f"{point}-0{first}-0{last}.npz").write_bytes(path.read_bytes())


def other_point(folder, other, dice):
    path = one(folder, dice)
    path.rename(path.with_name(path.name.replace("chunk", "point")))


def removed(folder, other, dice):
    one(folder, dice).unlink()


def foreign(what):
    """A kind that puts a sound chunk of another journal in the place of one of the same numbers."""

    def damage(folder, other, dice):
        theirs = {path.name: path for path in chunks(other / what)}
        common = sorted({path.name for path in chunks(folder)} & set(theirs))
        name = dice.choice(common)
        (folder / "journal" / name).write_bytes(theirs[name].read_bytes())

    return damage


def overlapping(folder, other, dice):
    """Sound chunks of the same run, cut otherwise: replications stand twice."""
    have = {path.name for path in chunks(folder)}
    path = dice.choice([path for path in chunks(other / "cut") if path.name not in have and numbers_of(path)[0] < 4])
    (folder / "journal" / path.name).write_bytes(path.read_bytes())


def beyond(folder, other, dice):
    """Sound chunks of the same run, of replications that nobody asks for."""
    (last,) = [path for path in chunks(other / "longer") if numbers_of(path)[0] >= 8][:1]
    (folder / "journal" / last.name).write_bytes(last.read_bytes())


def all_of_another_seed(folder, other, dice):
    """Every chunk exchanged, and what the journal says it belongs to left as it was."""
    for path in chunks(folder):
        path.unlink()
    for path in chunks(other / "seed"):
        (folder / "journal" / path.name).write_bytes(path.read_bytes())


def belongs_of_another_seed(folder, other, dice):
    """The whole journal exchanged."""
    all_of_another_seed(folder, other, dice)
    (folder / "journal" / fingerprint.FILE).write_bytes((other / "seed" / "journal" / fingerprint.FILE).read_bytes())


def belongs_written(text):
    """A kind that writes something else where it stands what the journal belongs to."""

    def damage(folder, other, dice):
        (folder / "journal" / fingerprint.FILE).write_text(text, encoding="utf-8")

    return damage


def belongs_truncated(folder, other, dice):
    path = folder / "journal" / fingerprint.FILE
    data = path.read_bytes()
    path.write_bytes(data[: dice.randrange(len(data))])


def half_written(folder, other, dice):
    path = one(folder, dice)
    (path.parent / f".{path.name}.123.partial").write_bytes(path.read_bytes()[:100])


def link_to_nothing(folder, other, dice):
    path = one(folder, dice)
    path.unlink()
    path.symlink_to(path.parent / "nothing")


def pipe(folder, other, dice):
    path = one(folder, dice)
    path.unlink()
    os.mkfifo(path)


def folder_instead(folder, other, dice):
    path = one(folder, dice)
    path.unlink()
    path.mkdir()


def older_format(header):
    header["format"] = 2


def numbers_moved(header):
    header["replications"] = [number + 1 for number in header["replications"]]


def numbers_huge(header):
    header["replications"] = [10**18]


def records_moved(header):
    for record in header["lives"]:
        record["replication"] += 1


def digests_changed(header):
    for record in header["lives"]:
        record["kept"] = "0" * 64


def belongs_changed(header):
    header["belongs"] = "0" * 64


def nothing_left(header):
    header.clear()


KINDS = {
    "truncated": truncated,
    "beheaded": beheaded,
    "bit flipped": bit_flipped,
    "block zeroed": block_zeroed,
    "garbage behind": garbage_behind,
    "emptied": emptied,
    "text instead": text_instead,
    "outcomes changed": outcomes_changed,
    "months changed": months_changed,
    "row repeated": row_repeated,
    "member missing": member_missing,
    "member added": member_added,
    "member twice": member_twice,
    "compressed": compressed,
    "pickled": pickled,
    "renamed": renamed,
    "renamed over another": renamed_over_another,
    "swapped": swapped,
    "copied to other numbers": copied_to_other_numbers,
    "padded copy": padded_copy,
    "other point": other_point,
    "removed": removed,
    "of another seed": foreign("seed"),
    "of another scenario": foreign("scenario"),
    "overlapping": overlapping,
    "beyond": beyond,
    "all of another seed": all_of_another_seed,
    "belongs of another seed": belongs_of_another_seed,
    "belongs truncated": belongs_truncated,
    "belongs empty": belongs_written("{}"),
    "belongs a list": belongs_written("[1, 2]"),
    "belongs too deep": belongs_written("[" * 100_000),
    "half written": half_written,
    "link to nothing": link_to_nothing,
    "pipe": pipe,
    "folder instead": folder_instead,
    "header of older format": header_edited(older_format),
    "header moved": header_edited(numbers_moved),
    "header moved, unsealed": header_edited(numbers_moved, sealed=True),
    "header huge": header_edited(numbers_huge),
    "header lives moved": header_edited(records_moved),
    "header digests changed": header_edited(digests_changed),
    "header belongs changed": header_edited(belongs_changed),
    "header emptied": header_edited(nothing_left),
}
