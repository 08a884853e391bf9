from datetime import date
from decimal import Decimal

import pytest

from providers.catalogue import catalogue, load_catalogue


def test_it_knows_the_two_models_of_the_start():
    models = catalogue()
    assert list(models)[:2] == ["sandbox-1", "sora-2"]
    assert models["sora-2"].price_per_second == Decimal("0.1000")
    assert models["sora-2"].is_retired(date(2026, 9, 24))
    assert not models["sora-2"].is_retired(date(2026, 9, 23))
    assert models["sandbox-1"].sizes is None


def test_it_refuses_an_entry_with_an_unknown_word_or_too_fine_a_price(tmp_path):
    entry = '[m]\nlabel="M"\nprovider="p"\nsource="s"\nchecked_on=2026-01-01\n'
    file = tmp_path / "catalogue.toml"
    file.write_text(entry + 'price_per_second="0.1"\ncolour="blue"\n')
    with pytest.raises(TypeError, match="colour"):
        load_catalogue(file)
    file.write_text(entry + 'price_per_second="0.00001"\n')
    with pytest.raises(ValueError, match="four places"):
        load_catalogue(file)
