"""The full county beside other engines, in turn, each in a process of its own: agent-steps a second beside LASER and epiworld,
person-years beside Tax-Calculator. They simulate other things: what is compared is how much of a population a second moves.
"""

from collections.abc import Iterator

from benchmarks.measuring import BenchmarkOptions, Line, in_turn
from benchmarks.serving import ServerProcess, has

AGENTS = 100_000
OURS = "benchmarks.whole_county"  # a county of 100 000 persons, every household a row
MONTHS_PER_YEAR = 12
ROUNDS = 7
#: By name: the package to ask for, the module, the size, how many of our steps are one of theirs, what theirs is; and what is
#: wanted of theirs a second divided by ours.
PEERS = {
    "LASER": ("laser.generic", "benchmarks.laser_seir", AGENTS, 1, "SEIR with births and deaths, 25 patches, a day", 2.5),
    "epiworld": ("epiworldpy", "benchmarks.epiworld_sir", AGENTS, 1, "SIR, ten neighbours, a day", 0.8),
    "Tax-Calculator": ("taxcalc", "benchmarks.taxcalc_years", 3, MONTHS_PER_YEAR, "a tax unit's year, shipped sample", 0.5),
}
CURE = (
    "not installed: pip install laser-core laser-generic epiworldpy taxcalc into an environment and name its Python with --peers"
)


def measure(options: BenchmarkOptions) -> Iterator[Line]:
    """A line for each engine: its agent-steps a second divided by ours."""
    for name, (package, module, size, months, what, target) in PEERS.items():
        label = f"agent-steps a second: {name} / ours" if months == 1 else f"person-years a second: {name} / ours"
        if not has(package, options.peers):
            yield Line(label, "not measured", note=CURE)
            continue
        facts: dict[str, dict] = {}
        with ServerProcess(OURS) as ours, ServerProcess(module, options.peers) as theirs:

            def seconds_a_step(side: str, process: ServerProcess, units: int, steps: int, facts: dict[str, dict] = facts):
                def ask() -> float:
                    answer = process.ask(units)
                    facts[side] = answer.came_out
                    return answer.seconds / (answer.came_out["agents"] * answer.came_out["steps"]) * steps

                return ask

            candidates = {
                "ours": seconds_a_step("ours", ours, AGENTS // 10 if options.quick else AGENTS, months),
                "theirs": seconds_a_step("theirs", theirs, size, 1),
            }
            in_turn(candidates, 1)
            seconds = in_turn(candidates, 1 if options.quick else ROUNDS)
        shares = sorted(one / other for one, other in zip(seconds["ours"], seconds["theirs"], strict=True))
        median = shares[len(shares) // 2]
        rates = {side: 1.0 / min(each) / 1e6 for side, each in seconds.items()}
        yield Line(
            label,
            f"{median:.3g} ({shares[0]:.3g} to {shares[-1]:.3g})",
            f"<= {target:g}",
            None if options.quick else median <= target,
            f"{rates['theirs']:.2f} million a second ({what}, {facts['theirs']['agents']} x {facts['theirs']['steps']}) "
            f"beside {rates['ours']:.2f} ({facts['ours']['agents']} persons, {facts['ours']['steps']} months); "
            f"{len(shares)} rounds in turn",
        )
