"""Make Xianjie's environment, then use it. Needs nothing but Python.

    python3 xj.py run scenarios/baseline.yaml      any command of xianjie; --help lists them
    python3 xj.py test [arguments for pytest]      lint, types, tests: what the project demands of a change
    python3 xj.py wheels [FOLDER]                  fetch the packages into FOLDER (wheels), for a computer without a network

The first start makes .venv from requirements.lock; later ones find it stamped and hand over at once. Where there is a folder
wheels beside this file, or XIANJIE_WHEELS names one, packages come from it and no network is asked.
The syntax stays that of Python 3.6, so that an old Python reaches the sentence that says it is too old.
"""

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

OLDEST = (3, 11)
# Wheels decide: those of Numba and PyYAML in the lock end with 3.14, Numba's for Intel Macs with 3.13.
NEWEST = (3, 13) if (sys.platform, platform.machine()) == ("darwin", "x86_64") else (3, 14)

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"

VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
XIANJIE = SCRIPTS / ("xianjie.exe" if os.name == "nt" else "xianjie")
OURS = VENV / "made-by-xj"  # written before anything else: without it, the environment is somebody's own
STAMP = VENV / "xj-stamp"  # written last: without it, a set-up was interrupted

WHEELS = ROOT / "wheels"
CHOSEN = "XIANJIE_WHEELS"  # another folder of wheels: a stick
MADE_FOR = "made-for.txt"  # written last: without it, the wheels are not all there

# Tests in two to four processes, each file in one of them, begun in the order that tests/conftest.py says.
IN_PROCESSES = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadgroup", "--no-loadscope-reorder"]
CHECKS = (["ruff", "check", "."], ["mypy"], ["pytest"] + IN_PROCESSES)


def say(text):
    """Progress belongs to stderr: stdout is the answer of the command."""
    print(f"xj: {text}", file=sys.stderr, flush=True)


def refuse(chinese, english):
    """What was given cannot be used: both languages, since nobody has been asked for one yet; exit code 2."""
    print(f"xj: {chinese}\nxj: {english}", file=sys.stderr, flush=True)
    sys.exit(2)


def check_python():
    """Stop with one sentence if the packages of the lock have no wheels for this Python."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        newest = f"{NEWEST[0]}.{NEWEST[1]}"
        sys.exit(
            f"xj: Xianjie needs Python {OLDEST[0]}.{OLDEST[1]} to {newest}, for which Numba has wheels on "
            f"this machine; {sys.executable} is {platform.python_version()}. Try `python{newest} xj.py`."
        )


def wanted_stamp():
    """What the environment has to be made from: Python, place and lock, then the project; one line each."""
    place = f"{sys.version_info[:2]} {ROOT} ".encode()
    packages = hashlib.sha256(place + LOCK.read_bytes()).hexdigest()
    return f"{packages}\n{hashlib.sha256(PROJECT.read_bytes()).hexdigest()}\n"


def present_stamp():
    """The stamp of a whole environment, or nothing if there is none or its Python has gone."""
    try:
        return STAMP.read_text() if PYTHON.exists() and XIANJIE.exists() else ""
    except OSError:
        return ""


@contextmanager
def alone():
    """Let a second xj.py wait while the first sets up; the system frees the lock of a dead one."""
    with open(ROOT / ".venv.lock", "w") as handle:
        if os.name == "nt":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # it gives up after ten seconds
                    continue
        else:
            import fcntl

            with suppress(OSError):  # some network folders have no locks
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def step(*command):
    """One command of the set-up; what it prints on stdout goes to stderr."""
    environment = dict(os.environ, PYTHONUTF8="1")
    subprocess.run([str(word) for word in command], check=True, stdout=sys.stderr, env=environment)


def clear():
    """Leave an empty .venv marked as ours; one that xj.py did not make is moved aside, not lost."""
    discarded = ROOT / ".venv.discarded"
    shutil.rmtree(discarded, ignore_errors=True)
    if OURS.exists():
        # Renamed first: a removal cut short must not leave something that looks like an environment.
        VENV.rename(discarded)
        shutil.rmtree(discarded, ignore_errors=True)
    elif VENV.exists() or VENV.is_symlink():
        number = 1
        while (ROOT / f".venv.aside-{number}").exists():
            number += 1
        say(f"there is a .venv that xj.py did not make; it is now .venv.aside-{number}")
        VENV.rename(ROOT / f".venv.aside-{number}")
    VENV.mkdir()
    OURS.write_text("Made by xj.py from requirements.lock; xj.py may delete it.\n")


def made_for():
    """What wheels fit: Python and system, then the lock; one line each."""
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    return f"{python}, {platform.system()} {platform.machine()}\n{hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n"


def fetch_wheels(folder):
    """Fetch every package of the lock into a folder, for a computer with the same system and Python but no network."""
    if importlib.util.find_spec("pip") is None:
        refuse(
            f"{sys.executable} 没有 pip，取不到安装包；Debian、Ubuntu 请先运行 apt install python3-pip。",
            f"{sys.executable} has no pip to fetch packages with; on Debian and Ubuntu: apt install python3-pip.",
        )
    record = folder / MADE_FOR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if record.exists():
            record.unlink()
        say(f"fetching requirements.lock into {folder}; some 400 MB, once")
        pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--dest", folder]
        step(*pip, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", LOCK)
        record.write_text(made_for())
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"xj: not all packages are there ({error}); the lines above say why. Ask again: what is there is kept.")
    files = list(folder.glob("*.whl"))
    size = sum(each.stat().st_size for each in files) / 1e6
    say(f"{len(files)} packages, {size:.0f} MB, for {made_for().splitlines()[0]}; copy this folder with them")


def chosen_wheels():
    """The folder that packages come from, checked; None where they come from a network."""
    named = os.environ.get(CHOSEN)
    folder = Path(named).expanduser().resolve() if named else WHEELS
    if not named and not folder.exists():
        return None
    if not folder.is_dir():
        refuse(
            f"{CHOSEN} 写的是“{named}”，没有这个文件夹；请核对路径。" if named else f"{folder} 不是文件夹；请改名或移走。",
            f"{CHOSEN} is {named!r}, and there is no such folder." if named else f"{folder} is no folder; rename it or move it.",
        )
    try:
        found = (folder / MADE_FOR).read_text().split("\n")
    except (OSError, UnicodeDecodeError):
        refuse(
            f"{folder} 里的安装包不全（没有 {MADE_FOR}）；请在有网络的电脑上重新运行 xj.py wheels。",
            f"the packages in {folder} are not all there (no {MADE_FOR}); run xj.py wheels again, with a network.",
        )
    wanted = made_for().split("\n")
    if found[0] != wanted[0]:
        refuse(
            f"{folder} 里的安装包用于 {found[0]}，这台电脑是 {wanted[0]}；请在系统和 Python 都相同的电脑上运行 xj.py wheels。",
            f"the packages in {folder} are for {found[0]}, this is {wanted[0]}; run xj.py wheels on a computer like this.",
        )
    if found != wanted:
        refuse(
            f"{folder} 里的安装包不是这一版项目的；请重新运行 xj.py wheels，或删去这个文件夹，从网络安装。",
            f"the packages in {folder} are for another version of the project; run xj.py wheels again, or delete the folder "
            "to install from the network.",
        )
    return folder


def install(uv, everything, wheels):
    """Fill the environment with uv, or with pip if ``uv`` is None; or only install the project again. ``wheels``: where from."""
    installer = [uv, "pip", "install", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install"]
    if wheels is not None:
        installer += ["--no-index", "--find-links", wheels]
    if everything:
        clear()
        source = f"from {wheels} " if wheels is not None else ""
        say(f"installing requirements.lock {source}into .venv with {'uv' if uv else 'pip'}; a minute or two, once")
        if uv:
            step(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV)
        else:
            step(sys.executable, "-m", "venv", VENV)
        # The lock is complete, so nothing is resolved; wheels only, as a planner's machine has no compiler.
        manner = ["--compile-bytecode"] if uv else ["--disable-pip-version-check", "--quiet"]  # pip compiles unasked
        step(*installer, *manner, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", LOCK)
    say("installing xianjie itself from this folder")
    step(*installer, "--quiet", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    # A module that does not compile is the business of the command that imports it.
    compiling = [str(PYTHON), "-m", "compileall", "-q", "sim", "experiments"]
    subprocess.run(compiling, cwd=str(ROOT), stdout=sys.stderr)


def set_up(wanted):
    """Bring the environment to the wanted stamp, anew unless only the project's own settings have changed."""
    wheels = chosen_wheels()
    uv = shutil.which("uv")
    can_install = uv is not None or any(SCRIPTS.glob("pip*"))  # uv puts no pip into what it makes
    everything = not can_install or present_stamp().split("\n")[0] != wanted.split("\n")[0]
    if everything and uv is None and importlib.util.find_spec("ensurepip") is None:
        debian, windows = (
            "on Debian and Ubuntu: apt install python3-venv",
            "take python.org's installer, not the embeddable package",
        )
        sys.exit(f"xj: this Python cannot make environments; {windows if os.name == 'nt' else debian}")
    if STAMP.exists():
        STAMP.unlink()
    try:
        try:
            install(uv, everything, wheels)
        except subprocess.CalledProcessError:
            if uv is None or not everything:
                raise
            # A mirror is often set up for pip alone, and uv does not read pip's settings.
            say("uv could not do it; trying pip")
            install(None, True, wheels)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"xj: set-up failed ({error}); the lines above say why. The next start begins afresh.")
    STAMP.write_text(wanted)
    say("ready")


def ensure_environment():
    """Set up if need be; costs two hashes when there is nothing to do."""
    wanted = wanted_stamp()
    if present_stamp() != wanted:
        with alone():
            if present_stamp() != wanted:  # another xj.py may have done it meanwhile
                set_up(wanted)


def wait_for(command, environment, folder=None):
    """Run a command to its end and return its exit code, 128 + n for signal n, as a shell does."""
    child = subprocess.Popen([str(word) for word in command], env=environment, cwd=folder)
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal has told the child too, and the child knows best how to end
        return code if code >= 0 else 128 - code


def typed():
    """How this file was started, for the commands that the program tells its user to type next."""
    words = [Path(sys.executable).name, sys.argv[0]]
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def main(arguments):
    check_python()
    if arguments[:1] == ["wheels"]:
        if len(arguments) > 2 or arguments[-1].startswith("-"):
            refuse("写法：xj.py wheels，或 xj.py wheels 文件夹。", "write xj.py wheels, or xj.py wheels FOLDER.")
        fetch_wheels(Path(arguments[1]).resolve() if len(arguments) == 2 else WHEELS)
        return 0
    ensure_environment()
    environment = dict(os.environ, PYTHONUTF8="1")
    if arguments[:1] == ["test"]:
        for check in CHECKS:
            words = check + (arguments[1:] if check[0] == "pytest" else [])
            say(" ".join(words))
            code = wait_for([PYTHON, "-m"] + words, environment, str(ROOT))
            if code:
                say(f"{check[0]} ended with {code}")
                return code
        return 0
    environment["XIANJIE_PROGRAM"] = typed()
    if os.name == "nt":  # where exec would return to the console before the command has ended
        return wait_for([XIANJIE] + arguments, environment)
    sys.stderr.flush()
    return os.execve(str(XIANJIE), [str(XIANJIE)] + arguments, environment)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(130)
