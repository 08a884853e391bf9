from dataclasses import dataclass, field

import pytest

from reviews.checks.registry import CHECKS, effective_parameters
from reviews.rules.policy import PolicyError, PolicyTerms, RuleTerms, load_policy, parameters_digest
from reviews.rules.severity import Route, Severity


@dataclass
class Row:
    check: str = "black_frames"
    label: str = "black"
    severity: str = "minor"
    route: str = "note"
    parameters: object = field(default_factory=dict)


def test_it_ranks_severities_from_remark_to_blocking():
    assert sorted(Severity, key=lambda each: each.rank) == ["info", "minor", "major", "blocking"]


def test_it_reads_rules_from_rows():
    terms = PolicyTerms.from_rows("strict", 3, [Row(parameters={"mean_below": 18})])
    assert terms.rules == (RuleTerms("black_frames", "black", {"mean_below": 18}, Severity.MINOR, Route.NOTE),)


@pytest.mark.parametrize("row", [Row(severity="awful"), Row(route="away"), Row(parameters=[1])])
def test_it_refuses_a_row_that_cannot_be_meant(row):
    with pytest.raises(PolicyError, match="black_frames/black"):
        PolicyTerms.from_rows("strict", 1, [row])


def test_it_gathers_the_parameters_of_all_labels():
    rows = [
        Row(parameters={"mean_below": 18}),
        Row(label="single_black_frame", parameters={"dark_share": 0.9}),
        Row("other"),
    ]
    assert PolicyTerms.from_rows("p", 1, rows).parameters_for("black_frames") == {"mean_below": 18, "dark_share": 0.9}


def test_it_refuses_rules_that_disagree_about_a_parameter():
    rows = [Row(parameters={"mean_below": 18}), Row(label="single_black_frame", parameters={"mean_below": 19})]
    with pytest.raises(PolicyError, match="disagree about mean_below"):
        PolicyTerms.from_rows("p", 1, rows).parameters_for("black_frames")


def test_it_sends_a_label_nobody_thought_of_to_a_person():
    rule = PolicyTerms("p", 1, ()).rule_for("black_frames", "new")
    assert (rule.severity, rule.route) == (Severity.MAJOR, Route.REVIEW)


def test_the_default_policy_knows_every_instrument_and_only_their_parameters():
    assert set(effective_parameters(load_policy())) == {kind.key for kind in CHECKS}


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"blackness": 1}, "has no parameter 'blackness': it has dark_share, mean_below, edge_seconds"),
        ({"mean_below": "dark"}, "'mean_below' cannot be 'dark'"),
        ({"mean_below": True}, "'mean_below' cannot be True"),
        ({"mean_below": float("inf")}, "'mean_below' cannot be inf"),
    ],
)
def test_it_refuses_a_parameter_the_instrument_has_not(parameters, says):
    with pytest.raises(PolicyError, match=says):
        effective_parameters(PolicyTerms("p", 1, (RuleTerms("black_frames", "black", parameters),)))


@pytest.mark.parametrize("text", ["slug = 1", "not toml", 'slug="a"\nversion=1\n[[rules]]\nlabel="x"'])
def test_it_refuses_a_file_that_is_no_policy(tmp_path, text):
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(PolicyError, match=r"bad\.toml"):
        load_policy(tmp_path / "bad.toml")


def test_the_digest_depends_on_values_and_not_on_their_order():
    assert parameters_digest({"a": 1, "b": [2]}) == parameters_digest({"b": [2], "a": 1})
    assert parameters_digest({"a": 1}) != parameters_digest({"a": 2})
    # sha256 of the two characters {}
    assert parameters_digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
