"""The build step that pyproject.toml cannot say: files that the program reads, outside its packages, go into the wheel.

They keep their folders under ``xianjie/data``, where ``sim.core.inputs.shipped`` looks for them. An editable install copies
nothing: it reads them where they are.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
SHIPPED = (
    "scenarios/*.yaml", "scenarios/counties/*/*", "scenarios/plans/*/*",
    "docs/findings/*.json", "docs/written/*.md", "docs/demo/*.gz",
)  # fmt: skip


def shipped():
    """The files, relative to the project's folder, with forward slashes."""
    return sorted(path.relative_to(ROOT).as_posix() for pattern in SHIPPED for path in ROOT.glob(pattern))


class BuildWithShippedFiles(build_py):
    """Builds packages, and copies what is shipped beside them."""

    def _target(self, name):
        return str(Path(self.build_lib, "xianjie", "data", name))

    def run(self):
        """Build, then copy."""
        super().run()
        for name in () if self.editable_mode else shipped():
            self.mkpath(str(Path(self._target(name)).parent))
            self.copy_file(name, self._target(name), preserve_mode=False)

    def get_source_files(self):
        """What an sdist needs to build the wheel again."""
        return [*super().get_source_files(), *shipped()]

    def get_outputs(self, include_bytecode=True):
        """What the build makes."""
        copied = [] if self.editable_mode else [self._target(name) for name in shipped()]
        return [*super().get_outputs(include_bytecode), *copied]


setup(cmdclass={"build_py": BuildWithShippedFiles})
