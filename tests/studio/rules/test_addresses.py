import pytest

from studio.rules.addresses import NOT_FROM_HERE, problem_with_address

LISTED = ["10.0.0.5:8091", "gpu.lan:443", "[fd00::5]:8091"]


@pytest.mark.parametrize(
    "address",
    [
        "https://api.openai.com/v1",
        "https://videos.example:8443/v1/",
        "https://8.8.8.8/v1",
        "http://10.0.0.5:8091/v1",
        "https://gpu.lan/v1",
        "http://[fd00::5]:8091/v1",
    ],
)
def test_public_https_and_exactly_listed_hosts_are_taken(address):
    assert problem_with_address(address, LISTED) == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://localhost/v1",
        "https://127.0.0.1/v1",
        "https://10.0.0.5/v1",
        "http://10.0.0.5:8092/v1",
        "https://169.254.169.254/",
        "https://[::1]/v1",
        "https://[::ffff:10.0.0.5]/v1",
        "https://gpu.lan:8443/v1",
        "https://intranet/v1",
        "https://2130706433/v1",
        "https://0x7f.1/v1",
        "https://printer.local/",
    ],
)
def test_private_hosts_are_never_taken_whatever_they_look_like(address):
    assert problem_with_address(address, LISTED) == NOT_FROM_HERE


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://api.openai.com/v1", "https only"),
        ("ftp://api.openai.com/v1", "begins with https"),
        ("api.openai.com/v1", "begins with https"),
        ("https:///v1", "begins with https"),
        ("https://a b.example/", "begins with https"),
        ("https://user:pass@api.openai.com/v1", "no user name"),
        ("https://api.openai.com/v1?key=1", "question mark"),
        ("https://api.openai.com/v1#x", "no #"),
        ("https://api.openai.com:port/v1", "no address"),
        ("https://[::1/v1", "no address"),
    ],
)
def test_everything_else_is_refused_in_words(address, said):
    assert said in problem_with_address(address, LISTED)
