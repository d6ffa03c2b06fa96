"""The report of stylised facts: its bands, its verdicts, and that most facts still hold."""

from experiments.validation import stylised_facts as facts


def test_a_fact_hits_within_its_band_and_misses_outside():
    band = {"id": "SF", "fact": {"zh": "一", "en": "one"}, "unit": "share"}
    assert facts.FactFinding(**band, low=0.1, high=0.2, value=0.2).hit
    assert not facts.FactFinding(**band, low=0.1, high=0.2, value=0.21).hit
    assert (
        facts.FactFinding(**band, low=0.1, high=None, value=9.0).hit
        and not facts.FactFinding(**band, low=None, high=1.0, value=1.1).hit
    )


def test_every_fact_of_the_file_is_measured_and_most_hold():
    found = facts.measure(replications=1)
    assert sorted(each.id for each in found) == sorted(record["id"] for record in facts.records().values())
    assert all(set(each.fact) == {"zh", "en"} and each.value == each.value for each in found)
    assert sum(each.hit for each in found) >= 11, [(each.id, each.value) for each in found if not each.hit]
