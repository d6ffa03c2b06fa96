"""Make Xianjie's environment, then use it. Needs nothing but Python.

    python3 xj.py run scenarios/baseline.yaml      any command of xianjie; --help lists them
    python3 xj.py test [arguments for pytest]      lint, types, tests: what the project demands of a change

The first start makes .venv from requirements.lock; later ones find it stamped and hand over at once.
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

CHECKS = (["ruff", "check", "."], ["mypy"], ["pytest"])


def say(text):
    """Progress belongs to stderr: stdout is the answer of the command."""
    print(f"xj: {text}", file=sys.stderr, flush=True)


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


def install(uv, everything):
    """Fill the environment with uv, or with pip if ``uv`` is None; or only install the project again."""
    installer = [uv, "pip", "install", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install"]
    if everything:
        clear()
        say(f"installing requirements.lock into .venv with {'uv' if uv else 'pip'}; a minute or two, once")
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
    uv = shutil.which("uv")
    can_install = uv is not None or any(SCRIPTS.glob("pip*"))  # uv puts no pip into what it makes
    everything = not can_install or present_stamp().split("\n")[0] != wanted.split("\n")[0]
    if everything and uv is None and importlib.util.find_spec("ensurepip") is None:
        sys.exit("xj: this Python cannot make environments; on Debian and Ubuntu: apt install python3-venv")
    if STAMP.exists():
        STAMP.unlink()
    try:
        try:
            install(uv, everything)
        except subprocess.CalledProcessError:
            if uv is None or not everything:
                raise
            # A mirror is often set up for pip alone, and uv does not read pip's settings.
            say("uv could not do it; trying pip")
            install(None, everything=True)
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


def main(arguments):
    check_python()
    ensure_environment()
    environment = dict(os.environ, PYTHONUTF8="1")
    if arguments[:1] == ["test"]:
        for check in CHECKS:
            words = check + (arguments[1:] if check == ["pytest"] else [])
            say(" ".join(words))
            code = wait_for([PYTHON, "-m"] + words, environment, str(ROOT))
            if code:
                say(f"{check[0]} ended with {code}")
                return code
        return 0
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
