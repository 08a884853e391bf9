import pytest

from studio.forms import LONGEST_FIELD, LONGEST_TEXT
from studio.rules import template
from studio.rules.sheet import read_sheet
from studio.rules.template import Blank, Kind, Variable, fill, fill_all, problems_in

NAME = Variable("name")
COLOUR = Variable("colour", Kind.COLOUR, default="navy")
WHEN = Variable("hour", Kind.CHOICE, choices=("dawn", "dusk"))
GREETING = Blank("Hello {{name}} in {{ colour }}", {"lighting": "{{hour}} light"}, (NAME, COLOUR, WHEN))


def test_it_fills_text_and_direction():
    filled, problems = fill(GREETING, {"name": "Ada", "hour": "dusk"})
    assert problems == []
    assert (filled.text, filled.direction) == ("Hello Ada in navy", {"lighting": "dusk light"})
    assert filled.values == {"name": "Ada", "colour": "navy", "hour": "dusk"}


def test_a_value_is_never_filled_in_itself():
    filled, problems = fill(GREETING, {"name": "{{colour}}", "hour": "dawn"})
    assert (filled.text, problems) == ("Hello {{colour}} in navy", [])


@pytest.mark.parametrize(
    ("variable", "good", "bad", "said"),
    [
        (NAME, "Ada", "", "empty"),
        (NAME, "x" * 300, "x" * 301, "301 characters; 300 at most"),
        (WHEN, "dawn", "noon", "“noon” is not one of dawn, dusk"),
        (Variable("n", Kind.NUMBER), "-0.5", "1,5", "no number"),
        (Variable("n", Kind.NUMBER), "12", "NaN", "no number"),
        (COLOUR, "#1a2B3c", "#12345", "no colour"),
        (COLOUR, "Navy", "blau", "no colour"),
        (Variable("logo", Kind.REFERENCE), "Logo", "Emblem", "no reference of this project is named “Emblem”"),
    ],
)
def test_values_have_types(variable, good, bad, said):
    assert template.value_problem(variable, good, assets=["Logo"]) == ""
    assert said in template.value_problem(variable, bad, assets=["Logo"])


def test_a_problem_names_its_row_and_column():
    sheet = read_sheet(b"name,hour\nAda,dusk\n,noon\n")
    _, problems = fill_all(GREETING, sheet)
    assert problems == [
        "Row 3, column “name”: it is empty and has no default.",
        "Row 3, column “hour”: “noon” is not one of dawn, dusk.",
    ]


def test_columns_must_be_the_variables():
    filled, problems = fill_all(GREETING, read_sheet(b"name,size\nAda,3\n"))
    assert filled == []
    assert problems == [
        "The column “size” is no variable of this template; it has name, colour, hour.",
        "The column “hour” is missing and has no default.",
    ]


def test_what_gets_too_long_by_filling_is_said_with_its_row():
    blank = Blank("{{name}}" + "x" * 3999, {"mood": "{{name}}" * 3}, (NAME,))
    _, problems = fill_all(blank, read_sheet(b"name\n" + b"y" * 200))
    assert problems == [
        "Row 2, the text has 4199 characters when it is filled in; 4000 at most.",
        "Row 2, the mood has 600 characters when it is filled in; 500 at most.",
    ]


def test_its_limits_are_those_of_the_desk():
    assert (template.LONGEST_TEXT, template.LONGEST_FIELD) == (LONGEST_TEXT, LONGEST_FIELD)


def test_references_travel_apart():
    blank = Blank("A mug with {{logo}}", {}, (Variable("logo", Kind.REFERENCE),))
    filled, problems = fill(blank, {"logo": "Logo"}, assets=["Logo"])
    assert (problems, filled.assets, filled.text) == ([], ("Logo",), "A mug with Logo")


def test_a_sound_template_has_no_problems():
    assert problems_in(GREETING) == []


@pytest.mark.parametrize(
    ("blank", "said"),
    [
        (Blank("{{nobody}}", {}, ()), "{{nobody}} is used but is no variable"),
        (Blank("words", {}, (NAME,)), "“name” is not used"),
        (Blank("{{name}}", {}, (NAME, NAME)), "Two variables are named “name”"),
        (Blank("{{Name}}", {}, (Variable("Name"),)), "“Name” is no name"),
        (Blank("{{name} and {{name}}", {}, (NAME,)), "braces do not pair"),
        (Blank("{{hour}}", {}, (Variable("hour", Kind.CHOICE),)), "nothing to choose from"),
        (Blank("{{n}}", {}, (Variable("n", Kind.NUMBER, default="many"),)), "The default of “n”: “many” is no number"),
        (Blank("", {"negative": "text"}, ()), "Write the text"),
        (Blank("x", {}, tuple(Variable(f"v{n}", Kind.REFERENCE) for n in range(21))), "20 variables at most"),
    ],
)
def test_what_is_wrong_with_a_template_itself_is_said(blank, said):
    assert said in " ".join(problems_in(blank))


def test_a_variable_comes_back_as_it_was_stored():
    assert Variable.of(WHEN.document()) == WHEN
