"""County files of invented counties, to measure what many counties cost. Not one of them is a real county, and each says so.

Sizes are drawn around published totals: 832 counties were counted as poor until 2020, and the rural income per head of poor areas
was 12 588 yuan in that year (National Bureau of Statistics, communiqué of 2020). How counties spread around the means is assumed.
"""

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.results.files import write_text

COUNTIES = 832
RURAL_PERSONS, RURAL_SPREAD, RURAL_RANGE = 250_000.0, 0.7, (20_000.0, 1_200_000.0)
INCOME, INCOME_SPREAD, INCOME_RANGE = 12_588.0, 0.15, (9_000.0, 20_000.0)
REGISTERED_SHARE, REGISTERED_SPREAD, REGISTERED_RANGE = 0.12, 0.5, (0.02, 0.35)
#: What Lingyuan has, of which the other counties are multiples: rural persons, registered, on dibao, registered on dibao.
HERE = {"rural": 360_000, "registered": 32_000, "dibao": 21_401, "registered_dibao": 16_494, "dibao_households": 11_680,
        "registered_dibao_households": 8_916, "poor_students": 2_342, "marginal": 1_500, "bridging": 50e6}  # fmt: skip
#: Of the registered, enough can work for the jobs and posts of the plan: those scale with them.
PLACES = {"founding.outside_jobs": 3_100, "founding.local_jobs": 2_070, "public_posts.count": 5_000,
          "thresholds.outside_jobs": 3_000, "thresholds.local_jobs": 2_000, "thresholds.posts": 5_000}  # fmt: skip
TITLE = {"zh": "合成县{number}（虚构，不是任何真实的县）", "en": "Synthetic county {number} (invented, no real county)"}
SOURCE = "invented: drawn for benchmarks around published national figures (validation/synthetic_counties.py); no real county"


def sample_profiles(count: int, seed: int) -> list[dict[str, float]]:
    """Rural persons, registered persons and rural income per head (yuan, 2020) of ``count`` invented counties.

    The first counties are the same whatever ``count`` is.
    """
    profiles = []
    for number in range(count):
        dice = np.random.default_rng([seed, number])
        normal = dice.normal(size=3)
        rural = float(np.clip(RURAL_PERSONS * np.exp(RURAL_SPREAD * normal[0] - RURAL_SPREAD**2 / 2), *RURAL_RANGE))
        income = float(np.clip(INCOME * np.exp(INCOME_SPREAD * normal[1]), *INCOME_RANGE))
        share = float(np.clip(REGISTERED_SHARE * np.exp(REGISTERED_SPREAD * normal[2]), *REGISTERED_RANGE))
        profiles.append({"rural": round(rural), "registered": round(rural * share), "income": round(income, -1)})
    return profiles


def facts(profile: Mapping[str, float]) -> dict[str, tuple[str, str, Any]]:
    """What the county file of a profile states: by parameter, its names and its value."""
    size = profile["rural"] / HERE["rural"]
    poor = profile["registered"] / HERE["registered"]
    stated: dict[str, tuple[str, str, Any]] = {
        "founding.county_size": ("规模（凌源为1）", "Size, Lingyuan being 1", round(size, 4)),
        "founding.places": ("乡镇与村只编号", "Townships and villages are numbered", "numbered"),
        "founding.rural_persons": ("农村常住人口", "Rural resident persons", profile["rural"]),
        "founding.rural_income": ("农村居民人均可支配收入", "Rural income per head", profile["income"]),
        "founding.registered_persons": ("脱贫人口", "Registered persons", profile["registered"]),
        "founding.dibao_persons": ("低保人口", "Dibao persons", round(HERE["dibao"] * poor)),
        "founding.dibao_households": ("低保户", "Dibao households", round(HERE["dibao_households"] * poor)),
        "founding.registered_dibao_persons": ("低保中的脱贫人口", "Registered persons on dibao",
                                              round(HERE["registered_dibao"] * poor)),
        "founding.registered_dibao_households": (
            "低保中的脱贫户", "Registered households on dibao", round(HERE["registered_dibao_households"] * poor)),
        "founding.poor_students": ("贫困学生", "Poor students", round(HERE["poor_students"] * poor)),
        "founding.marginal_persons": ("边缘易致贫人口", "Marginal persons", round(HERE["marginal"] * poor)),
        "budget.bridging": ("上级衔接资金", "Bridging money", round(HERE["bridging"] * poor, -4)),
    }  # fmt: skip
    for parameter, here in PLACES.items():
        stated[parameter] = ("与脱贫人口同比", "In proportion to registered persons", round(here * poor))
    return stated


def write(folder: Path, count: int, seed: int) -> list[Path]:
    """Write ``count`` county files into ``folder``, which must be absent or empty; their paths.

    Raises FileExistsError rather than touch what is there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        number = errno.ENOTEMPTY if folder.is_dir() else errno.EEXIST
        raise FileExistsError(number, f"{folder} is not an empty folder", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    try:
        for number, profile in enumerate(sample_profiles(count, seed), start=1):
            paths.append(folder / f"synthetic-{number:03d}.yaml")
            write_text(paths[-1], _county(number, profile))
    except BaseException:  # all of them or none
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    return paths


def _county(number: int, profile: Mapping[str, float]) -> str:
    """The county file of an invented county."""
    lines = ["# SYNTHETIC, INVENTED COUNTY: no real county. 合成的虚构县，不对应任何真实的县。"]
    title = {language: text.format(number=f"{number:03d}") for language, text in TITLE.items()}
    lines.append(f"title: {{zh: '{title['zh']}', en: '{title['en']}'}}")
    for parameter, (zh, en, value) in facts(profile).items():
        names = f"  name: {{zh: '{zh}', en: '{en}'}}"
        lines += [f"\n{parameter.replace('.', '_')}:", names, f"  parameter: {parameter}", f"  value: {value}"]
        lines += ["  evidence: assumed", f"  source: '{SOURCE}'"]
    return "\n".join(lines) + "\n"
