"""Every snippet of README.md and docs/ runs, and every example."""

import random
import re
import runpy
import shlex
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from eccles import Network
from eccles.cli import main
from eccles.cli.flags import read
from eccles.cli.sweep import Arguments
from eccles.data.audio import speech
from eccles.data.catalogue import FASHION_MNIST
from eccles.data.files.sources import find
from eccles.devices import Device
from eccles.studies import find as find_study
from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TUTORIALS = [page for page in PAGES if page.name.startswith("tutorial-")]
"""Pages that are followed from top to bottom; snippets of the others stand by themselves."""
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
NAMED = re.compile(r"`([\w-]+\.(?:py|yaml))`")
LONG = re.compile(r"`(eccles\s+sweep\s[^`]+)`")


def blocks(language: str) -> list:
    found = []
    for page in PAGES:
        if page in TUTORIALS:
            continue
        texts = [match[2] for match in BLOCK.finditer(page.read_text()) if match[1] == language]
        for number, text in enumerate(texts):
            found.append(pytest.param(text, id=f"{page.name}-{number}"))
    return found


def steps(page: Path) -> list[tuple[str, str, str]]:
    """Return the snippets of a page: language, text, and the file that the words before name.

    A file is named where the paragraph before the snippet ends in a colon.
    """
    text, found, end = page.read_text(), [], 0
    for match in BLOCK.finditer(text):
        before = text[end : match.start()].strip().rpartition("\n\n")[2]
        names = NAMED.findall(before) if before.endswith(":") else []
        found.append((match[1], match[2], names[-1] if names else ""))
        end = match.end()
    return found


def long_sweeps() -> list:
    """Return the studies of hours, which pages name in passing."""
    texts = (BLOCK.sub("", page.read_text()) for page in PAGES)
    return sorted({" ".join(match.split()) for text in texts for match in LONG.findall(text)})


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-run.yaml").write_text("ei: 80:20\ntau_mem: 10 ms\n")
    _write_words(tmp_path / "my-words")
    _write_words(tmp_path / "others-words")
    (tmp_path / "results").symlink_to(ROOT / "results")  # What is kept in the project.


def _write_words(folder: Path) -> None:
    """Write two classes of audio, a tenth of a second of noise each."""
    for seed, name in enumerate(("yes", "no")):
        (folder / name).mkdir(parents=True)
        with wave.open(str(folder / name / "one.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(random.Random(seed).randbytes(3_200))


@pytest.mark.slow
@pytest.mark.parametrize("snippet", blocks("python"))
def test_python_snippet(snippet):
    run_python(snippet)


def run_python(snippet: str) -> None:
    if "__main__" in snippet:
        # Worker processes import the script, so it has to be one.
        Path("snippet.py").write_text(snippet)
        done = subprocess.run([sys.executable, "snippet.py"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    else:
        exec(compile(snippet, "snippet", "exec"), {})


@pytest.mark.parametrize("snippet", blocks("yaml"))
def test_yaml_snippet(snippet, tmp_path):
    check_yaml(snippet, tmp_path)


def check_yaml(snippet: str, tmp_path: Path) -> None:
    path = tmp_path / "snippet.yaml"
    path.write_text(snippet)
    if "projections:" in snippet and "repeat:" not in snippet:
        network = Network.from_yaml(path)
        assert network.identity() == Network.model_validate(network.model_dump()).identity()
        return
    if snippet.startswith("rule:"):
        assert Device.from_yaml(path).dw_min > 0
        return
    for scale in ("full", "smoke"):
        assert plan(read_study(path, scale)).runs


ECCLES = ("eccles", ".venv/bin/eccles")
run_before = set()
"""Commands of whatever page, without where they write: once is enough where nothing reads that."""


def has_run(words: list[str], later: list[list[str]]) -> bool:
    """Return whether a command ran before, and no later one of its snippet reads what it writes."""
    at = words.index("--out") if "--out" in words and "--no-run" not in words else len(words)
    key, out = (*words[: at + 1], *words[at + 2 :]), words[at + 1 : at + 2]
    if key in run_before and not any(out[0] in each for each in later if out):
        return True
    run_before.add(key)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("snippet", blocks("bash"))
def test_eccles_commands(snippet, capfd):
    lines = [shlex.split(line, comments=True) for line in snippet.splitlines()]
    commands = [words[1:] for words in lines if words and words[0] in ECCLES]
    if not commands:
        pytest.skip("a set-up snippet, which .ci/run itself follows")
    for number, words in enumerate(commands):
        if "fashion-mnist" in words and find(FASHION_MNIST) is None:
            continue
        if words[:2] == ["data", "make-digits"] and not speech.available():
            continue
        if words == ["bench"]:
            continue  # tests/cli/test_bench.py does it, which takes a while.
        if has_run(words, commands[number + 1 :]):
            continue
        # What is kept in the project is read there.
        words = [str(ROOT / word) if word.startswith("results/") else word for word in words]
        assert main(shortened(words)) == 0, capfd.readouterr().err


ONE_WORKER = ("--jobs", "1")
"""For a few short runs a process takes longer to start than they do."""


def shortened(words: list[str]) -> list[str]:
    """Return a command that shows in an epoch that what a page says is right."""
    short = ["--epochs", "1"] if words[0] == "train" and "--epochs 0" not in " ".join(words) else []
    short = ["--train", "1", "--test", "1"] if "make-digits" in words else short
    if words[0] == "sweep":
        # Of the article's study its ratios are enough, from one scale of weights.
        rates = ["--set", "grid.w1_std=[0.001]"] if "kilgore2025/fashion-mnist" in words else []
        short = ["--set", "epochs=1", *rates, *ONE_WORKER]
    if words[0] == "recommend":
        few = ("epochs=1", "repeat=2", "initial_rate=1 Hz")
        short = [*(part for each in few for part in ("--set", each)), *ONE_WORKER]
    if words[0] == "report":  # Of an article's folder one study is enough.
        words = [f"{word}/portraits" if word.endswith("kilgore2025") else word for word in words]
    return [*words, *short]


@pytest.mark.slow
@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in TUTORIALS])
def test_a_tutorial_from_top_to_bottom(page, tmp_path, monkeypatch, capfd):
    """In an empty folder, as a reader does it who copies what is there."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for language, text, name in steps(page):
        if name:
            Path(name).write_text(text)
        elif language == "python":
            run_python(text)
        elif language == "yaml":
            check_yaml(text, folder)
        elif language == "bash":
            for words in filter(
                None, (shlex.split(line, comments=True) for line in text.splitlines())
            ):
                if words[0] == "python":
                    done = subprocess.run(
                        [sys.executable, *words[1:]], capture_output=True, text=True
                    )
                    assert done.returncode == 0, done.stderr
                else:
                    assert words[0] == "eccles"
                    fewer = ["--set", "repeat=2"] if words[1] == "sweep" else []
                    assert main([*shortened(words[1:]), *fewer]) == 0, capfd.readouterr().err


@pytest.mark.parametrize("command", long_sweeps())
def test_a_study_of_hours(command):
    """Read by the command line's own parser and planned, not done."""
    given = read(Arguments, "sweep", shlex.split(command)[2:])
    assert plan(read_study(find_study(given.study), given.scale, given.set)).runs


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ten_lines", "own_loop"])
def test_example(name, capsys):
    runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
    assert "accuracy" in capsys.readouterr().out


@pytest.mark.slow
def test_plain_pytorch_is_the_same_model():
    import eccles
    from eccles.engines.event.engine import EventEngine

    plain = runpy.run_path(str(ROOT / "examples" / "plain_pytorch.py"))["main"](3, 64)
    train = eccles.data.load("fashion-mnist-sample").train
    network = eccles.EINetwork(784, eccles.Populations(80, 20), 10, engine=EventEngine())
    for step, expected in enumerate(plain):
        events, labels = train.batch(slice(step * 64, (step + 1) * 64))
        loss = network.loss(events, labels)
        assert loss.item() == pytest.approx(expected, abs=1e-6)
        network.zero_grad()
        loss.backward()
        for weight in network.parameters():
            weight.data -= 0.01 * weight.grad
        network.project()


@pytest.mark.slow
def test_compare_runs_draws_from_stored_results(tmp_path):
    for seed in (0, 1):
        assert main(["train", "--epochs", "2", "--seed", str(seed), "--out", f"run-{seed}"]) == 0
    draw = runpy.run_path(str(ROOT / "examples" / "compare_runs.py"))["main"]
    draw("picture.svg", "80:20=run-0", "80:20=run-1")
    rows = (tmp_path / "picture.csv").read_text().splitlines()
    assert rows[0] == "setting,seed,epochs,accuracy"
    assert len(rows) == 1 + 2 * 3
    assert (tmp_path / "picture.svg").read_text().count("</svg>") == 1
