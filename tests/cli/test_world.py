"""Whatever world a command starts in: it works there, or says in one sentence why it can't."""

import io
import os
import subprocess
import sys

import pytest

from eccles.cli import main
from eccles.cli.streams import _spelt

pytestmark = pytest.mark.slow

WORLD = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}


def eccles(words, **options):
    command = [sys.executable, "-m", "eccles", *words.split()]
    return subprocess.run(command, stderr=subprocess.PIPE, check=False, **options)


def complaint(done, begins="eccles: ") -> str:
    said = done.stderr.decode()
    assert said.startswith(begins), said
    assert said.count("\n") == 1
    assert len(said) < 500
    return said


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("words", ["--version", "train --help", "train --epochs 1 --hidden 10"])
def test_a_full_output_is_said(words, tmp_path):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = eccles(words, stdout=full, cwd=tmp_path)
    assert done.returncode == 1
    complaint(done, "eccles: stdout must take what is printed, got 'No space left on device'")


def test_a_closed_output_is_said(tmp_path):
    done = eccles("train --epochs 1", preexec_fn=lambda: os.close(1), cwd=tmp_path)
    assert done.returncode == 1
    assert "stdout must be open" in complaint(done)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_leaves_is_no_fault():
    read, write = os.pipe()
    os.close(read)
    done = eccles("--version", stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("closed", [(2,), (0, 2)])
def test_other_closed_streams_do_not_matter(closed, tmp_path):
    def close():
        for number in closed:
            os.close(number)

    out = tmp_path / "out"
    with out.open("wb") as file:
        done = eccles("data list", stdout=file, preexec_fn=close)
    assert done.returncode == 0
    assert b"fashion-mnist-sample" in out.read_bytes()


def test_a_deleted_folder_is_said(tmp_path):
    (tmp_path / "gone").mkdir()
    code = f"import os; os.chdir({str(tmp_path / 'gone')!r}); os.rmdir(os.getcwd())"
    code += "; import sys; from eccles.cli import main; sys.argv[1:] = ['--version']"
    done = subprocess.run(
        [sys.executable, "-c", code + "; sys.exit(main())"], stderr=subprocess.PIPE, check=False
    )
    assert done.returncode == 1
    assert "the working folder must exist" in complaint(done)


@pytest.mark.parametrize(
    "setting",
    [
        {"PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2", "OMP_NUM_THREADS": "1"},
        {"NUMBA_NUM_THREADS": "0", "MPLBACKEND": "none", "TMPDIR": "/nowhere", "COLUMNS": "1"},
        {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "", "XDG_CACHE_HOME": "here"},
    ],
    ids=lambda each: next(iter(each)),
)
def test_what_the_environment_says_does_not_matter(setting, tmp_path):
    (tmp_path / "grün.yaml").write_text("epochs: 1  # für später\n", encoding="utf-8")
    world = {k: v for k, v in WORLD.items() if k != "ECCLES_CACHE"} | setting
    # Without assertions kernels are others, which would take the place of all tests' own.
    engine = "dense" if "PYTHONOPTIMIZE" in setting else "event"
    words = f"train --hidden 10 --engine {engine} --config grün.yaml --out läuft"
    done = eccles(words, stdout=subprocess.PIPE, cwd=tmp_path, env=world)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grün.yaml", "läuft"]
    # As the same bytes, in an encoding that lacks the letter too.
    assert "läuft".encode() in done.stdout


def test_letters_that_an_encoding_lacks_are_spelt_out(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["--version"]) == 0
    sys.stdout.write("50 µm \udcff\n")
    sys.stdout.flush()
    assert raw.getvalue().endswith(b"50 \\xb5m \xff\n")
    with pytest.raises(UnicodeDecodeError):
        _spelt(UnicodeDecodeError("ascii", b"\xff", 0, 1, "no"))
