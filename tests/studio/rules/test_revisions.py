from types import SimpleNamespace

from studio.rules.revisions import changes_between


def test_only_what_differs_is_named_with_its_words():
    before = SimpleNamespace(text="A boat", direction={"camera": "slow push in", "mood": "calm"})
    after = SimpleNamespace(text="A boat", direction={"camera": "slow pull out", "mood": "calm", "style": "ink"})
    told = {
        title: [f"{piece.change} {piece.text}" for piece in pieces] for title, pieces in changes_between(before, after)
    }
    assert told == {"Camera": ["same slow", "removed push in", "added pull out"], "Style": ["added ink"]}
    assert changes_between(after, after) == []
