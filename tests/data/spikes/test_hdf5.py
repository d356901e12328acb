import gzip
import zipfile
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from eccles.data.spikes import hdf5 as spike_hdf5
from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError, RunError, StorageError

F16, U16 = h5py.vlen_dtype(np.float16), h5py.vlen_dtype(np.uint16)


def ragged(lists, dtype):
    result = np.empty(len(lists), object)
    for place, each in enumerate(lists):
        result[place] = np.array(each, dtype)
    return result


def by_hand(
    path: Path,
    times=((0.25, 0.125), (), (1.3,)),
    units=((3, 699), (), (0,)),
    labels=(1, 0, 1),
    leave_out=(),
    units_type=U16,
    **more,
) -> Path:
    """Write a file as SHD's are, with h5py alone."""
    columns = {
        "labels": np.array(labels, more.get("labels_type", np.uint16)),
        "extra/keys": np.array([b"null", "fünf".encode()]),
        "extra/speaker": np.array(more.get("speaker", (1, 0, 1)), more.get("speaker_type")),
        "extra/meta_info/gender": np.array([b"female", b"male"]),
        "extra/meta_info/age": np.array([33, 55], np.uint16),
        "extra/meta_info/body_height": np.array([170.0, np.nan]),
        **more.get("columns", {}),
    }
    with h5py.File(path, "w") as file:
        if "spikes/times" not in leave_out:
            file.create_dataset("spikes/times", data=ragged(times, np.float16), dtype=F16)
        if "spikes/units" not in leave_out:
            kind = units_type.metadata["vlen"] if units_type.metadata else np.uint16
            file.create_dataset("spikes/units", data=ragged(units, kind), dtype=units_type)
        for name, column in columns.items():
            # A group comes in the place of a column that has something in it.
            if name not in leave_out and not any(f"{name}/" in other for other in columns):
                file[name] = column
    return path


@pytest.fixture
def file(tmp_path):
    return by_hand(tmp_path / "shd_train.h5")


def test_a_file_as_it_is_published(file):
    found = spike_hdf5.read(file)
    assert found.times.dtype == np.float32
    # 1.3 as float16 has it.
    assert found.times.tolist() == [0.25, 0.125, 1.2998046875]
    assert found.units.tolist() == [3, 699, 0]
    assert found.units.dtype == np.uint16
    assert found.offsets.tolist() == [0, 2, 2, 3]
    assert found.labels.tolist() == [1, 0, 1]
    assert found.keys == ("null", "fünf")
    assert found.speakers.tolist() == [1, 0, 1]
    assert found.info["gender"].tolist() == ["female", "male"]
    assert found.info["age"].tolist() == [33, 55]
    assert found.info["body_height"][0] == 170
    assert found.n_units == 700


def some(n_samples, seed=0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 9, n_samples)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Recordings(
        rng.random(offsets[-1], np.float32).astype(np.float16).astype(np.float32),
        rng.integers(0, 700, offsets[-1]).astype(np.uint16),
        offsets,
        rng.integers(0, 3, n_samples),
        ("a", "b", "ß"),
        rng.integers(0, 2, n_samples),
        {"gender": np.array(["m", "f"]), "age": np.array([20, 30])},
    )


# Reading goes on in blocks of 1,024 samples.
@pytest.mark.parametrize("n_samples", [0, 1, 5, 1024, 1025, 2500])
@pytest.mark.parametrize("suffix", [".h5", ".h5.gz"])
def test_what_is_written_is_read(tmp_path, n_samples, suffix):
    before, path = some(n_samples), tmp_path / f"file{suffix}"
    spike_hdf5.write(path, before)
    after = spike_hdf5.read(path)
    for name in ("times", "units", "offsets", "labels", "speakers"):
        assert np.array_equal(getattr(after, name), getattr(before, name)), name
    assert after.keys == before.keys
    assert after.info["gender"].tolist() == ["m", "f"]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_samples_of_one_length_are_no_matrix(tmp_path):
    two = Recordings(
        np.zeros(4, np.float32), np.arange(4, dtype=np.uint16), np.array([0, 2, 4]),
        np.array([0, 0]), ("a",),
    )  # fmt: skip
    spike_hdf5.write(tmp_path / "file.h5", two)
    with h5py.File(tmp_path / "file.h5") as file:
        assert h5py.check_vlen_dtype(file["spikes/times"].dtype) == np.float16
        assert h5py.check_vlen_dtype(file["spikes/units"].dtype) == np.uint16
        assert file["spikes/units"].shape == (2,)
        assert file["spikes/units"][1].tolist() == [2, 3]
        assert file["labels"].dtype == np.uint16
        assert file["extra/keys"][:].tolist() == [b"a"]
        assert "speaker" not in file["extra"]


def test_the_same_recordings_give_the_same_bytes(tmp_path, monkeypatch):
    written = []
    for place, clock in (("a.h5", 1e9), ("b.h5", 2e9), ("c.h5.gz", 1e9), ("d.h5.gz", 2e9)):
        monkeypatch.setattr("time.time", lambda clock=clock: clock)
        spike_hdf5.write(tmp_path / place, some(40))
        written.append((tmp_path / place).read_bytes())
    assert written[0] == written[1]
    assert written[2] == written[3]
    assert gzip.decompress(written[2]) == written[0]


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="must be writable"):
        spike_hdf5.write(tmp_path / "file" / "x.h5", some(3))


def test_packed_by_others(file, tmp_path):
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "shd_train.h5")
    (tmp_path / "packed.gz").write_bytes(gzip.compress(file.read_bytes()))
    for name in ("packed.zip", "packed.gz"):
        assert spike_hdf5.read(tmp_path / name).units.tolist() == [3, 699, 0]
    cut = (tmp_path / "packed.zip").read_bytes()[:-30]
    (tmp_path / "packed.zip").write_bytes(cut)
    with pytest.raises(RunError, match="must be sound zip"):
        spike_hdf5.read(tmp_path / "packed.zip")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.write(file, "a")
        archive.write(file, "b")
    with pytest.raises(RunError, match="sound zip of one file, got 2 files"):
        spike_hdf5.read(tmp_path / "two.zip")


def test_progress_is_told(tmp_path):
    spike_hdf5.write(tmp_path / "file.h5", some(1500))
    told = []
    parts = list(
        spike_hdf5.read_blocks(tmp_path / "file.h5", advance=lambda *now: told.append(now))
    )
    assert told == [(1024, 1500), (1500, 1500)]
    assert [len(part) for part in parts] == [1024, 476]


def test_who_speaks_may_be_unknown_or_a_name(tmp_path):
    unknown = ("extra/speaker", "extra/meta_info/gender", "extra/meta_info/age")
    path = by_hand(tmp_path / "a.h5", leave_out=(*unknown, "extra/meta_info/body_height"))
    found = spike_hdf5.read(path)
    assert found.speakers.tolist() == []
    assert found.info == {}
    named = by_hand(tmp_path / "b.h5", speaker=("eve", "ann", "eve"), speaker_type="S3")
    found = spike_hdf5.read(named)
    assert found.speakers.tolist() == [1, 0, 1]
    assert found.info["name"].tolist() == ["ann", "eve"]


def test_classes_may_be_named_by_numbers(tmp_path):
    path = by_hand(tmp_path / "a.h5", columns={"extra/keys": np.array([7, 9])})
    assert spike_hdf5.read(path).keys == ("7", "9")


def test_rows_of_a_matrix_are_lists(tmp_path):
    path = by_hand(
        tmp_path / "a.h5",
        leave_out=["spikes/times", "spikes/units"],
    )
    with h5py.File(path, "a") as file:
        file["spikes/times"] = np.full((3, 2), 0.5)
        file["spikes/units"] = np.full((3, 2), 7)
    assert spike_hdf5.read(path).offsets.tolist() == [0, 2, 4, 6]


def test_a_sample_of_a_later_block_is_named(tmp_path):
    spike_hdf5.write(tmp_path / "file.h5", some(1500))
    with h5py.File(tmp_path / "file.h5", "a") as file:
        assert len(file["spikes/units"][1234])
        file["spikes/units"][1234] = np.full_like(file["spikes/units"][1234], 700)
    with pytest.raises(InputError, match="units of sample 1234 must be"):
        spike_hdf5.read(tmp_path / "file.h5")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"leave_out": ["spikes/times"]}, "without a data set spikes/times"),
        ({"leave_out": ["spikes/units"]}, "without a data set spikes/units"),
        ({"leave_out": ["labels"]}, "without a data set labels"),
        ({"leave_out": ["extra/keys"]}, "without a data set extra/keys"),
        ({"units": ((3, 700), (), (0,))}, "units of sample 0 must be from 0 to 699, got 700"),
        (
            {"units": ((3, -1), (), (0,)), "units_type": h5py.vlen_dtype(np.int32)},
            "units of sample 0 must be from 0 to 699, got -1",
        ),
        (
            {"units": ((3, 65536 + 3), (), (0,)), "units_type": h5py.vlen_dtype(np.int32)},
            "units of sample 0 must be from 0 to 699, got 65539",
        ),
        ({"times": ((0.25, np.nan), (), (1.3,))}, "times of sample 0 must be .* got nan"),
        ({"times": ((0.25, -0.5), (), (1.3,))}, "times of sample 0 must be .* got -0.5"),
        ({"times": ((0.25, 0.5), (), (np.inf,))}, "times of sample 2 must be .* got inf"),
        (
            {"labels": (1, 2, 0)},
            "label of sample 1 must be from 0 to 1, for there are 2 keys, got 2",
        ),
        (
            {"labels": (1, -1, 0), "labels_type": np.int16},
            "label of sample 1 must be from 0 to 1, .* got -1",
        ),
        ({"labels": (1, 0)}, "times must have an entry for each label, got 3 for 2 labels"),
        (
            {"labels": (1, 0), "times": ((0.1,), ()), "speaker": (0, 1)},
            "units must have an entry for each label, got 3 for 2",
        ),
        ({"speaker": (1, 0)}, "extra/speaker must have an entry for each label, got 2 for 3"),
        (
            {"speaker": (1, 9, 0)},
            "speaker of sample 1 must be from 0 to 1, for extra/meta_info has 2",
        ),
        ({"speaker": (1, 0, -1)}, "speaker of sample 2 must be from 0 to 1, .* got -1"),
        (
            {"speaker": (1, 0, 0.5)},
            "extra/speaker must be a list of whole numbers or names, got fl",
        ),
        ({"columns": {"extra/meta_info/age": np.array([33])}}, "from 0 to 0, for extra/meta_info"),
        ({"columns": {"extra/meta_info/age": 33}}, "extra/meta_info/age must be a list of text or"),
        ({"columns": {"extra/meta_info/age/of": 33}}, "without a data set extra/meta_info/age"),
        ({"columns": {"extra/keys": np.array([b"no", b"no"])}}, "names that differ, got 'no more"),
        (
            {"columns": {"extra/keys": np.array([b"ja", "fünf".encode("latin-1")])}},
            "extra/keys must be text in UTF-8, got b'f.xfcnf'",
        ),
        (
            {"columns": {"extra/keys": b"a"}},
            "extra/keys must be a list of text or numbers, got text of shape",
        ),
        (
            {"columns": {"labels": np.array([[1], [0], [1]])}},
            "labels must be a list .* shape .3, 1",
        ),
        (
            {"columns": {"labels": 1}},
            "labels must be a list of whole numbers, got int64 of shape ..",
        ),
        (
            {"columns": {"labels": np.array([b"a", b"b", b"c"])}},
            "a list of whole numbers, got text",
        ),
        ({"columns": {"labels": np.array([1, 0.5, 1])}}, "a list of whole numbers, got float64"),
        (
            {"columns": {"labels": np.array([1, 2**64 - 1, 0], np.uint64)}},
            "label of sample 1 must be from 0 to 1, .* got 18446744073709551615",
        ),
        (
            {"units": ((3, 4.5), (), (0,)), "units_type": h5py.vlen_dtype(np.float64)},
            "spikes/units must be a list of whole numbers a sample, got lists of float64",
        ),
        ({"units": ((3,), (), (0,))}, "sample 0 must have as many times as units, got 2 and 1"),
        ({"units": ((3, 4), (1,), ())}, "sample 1 must have as many times as units, got 0 and 1"),
    ],
)
def test_unsound_files_are_named_with_what_is_wrong(tmp_path, change, said):
    path = by_hand(tmp_path / "bad.h5", **change)
    with pytest.raises(InputError, match=said) as error:
        spike_hdf5.read(path, 700)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert "copy it again" not in str(error.value)


@pytest.mark.parametrize("told", [16, 5000])
def test_a_file_says_how_many_channels_it_has(tmp_path, told, caplog):
    few = some(5)
    before = replace(few, units=few.units % 16, n_units=told)
    caplog.clear()
    spike_hdf5.write(tmp_path / "told.h5", before)
    assert spike_hdf5.read(tmp_path / "told.h5").n_units == told
    assert not caplog.records
    spike_hdf5.write(tmp_path / "untold.h5", before, state_channels=False)
    assert spike_hdf5.read(tmp_path / "untold.h5").n_units == before.units.max() + 1
    assert f"{before.units.max() + 1} are taken, one more than the largest unit" in caplog.text
    with h5py.File(tmp_path / "told.h5", "a") as file:
        file.attrs["n_units"] = "many"
    with pytest.raises(InputError, match="n_units must be a whole number from 1 to 65,536"):
        spike_hdf5.read(tmp_path / "told.h5")


def test_spikes_that_are_no_lists(tmp_path):
    with h5py.File(tmp_path / "flat.h5", "w") as file:
        file["spikes/times"] = np.zeros(3)
        file["spikes/units"] = np.zeros(3, np.uint16)
        file["labels"] = np.zeros(3, np.uint16)
        file["extra/keys"] = np.array([b"a"])
    with pytest.raises(InputError, match=r"times must be a list of numbers a sample, got float64"):
        spike_hdf5.read(tmp_path / "flat.h5")


def test_a_group_in_the_place_of_a_column(tmp_path):
    path = by_hand(tmp_path / "group.h5", leave_out=["labels"])
    with h5py.File(path, "a") as file:
        file.create_group("labels")
    with pytest.raises(InputError, match=r"group\.h5 must .* without a data set labels"):
        spike_hdf5.read(path)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.9, 0.999])
def test_a_file_cut_short(tmp_path, share):
    spike_hdf5.write(tmp_path / "file.h5", some(300))
    data = (tmp_path / "file.h5").read_bytes()
    (tmp_path / "file.h5").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match=r"file\.h5 must be whole HDF5, got .* copy it again"):
        spike_hdf5.read(tmp_path / "file.h5")


def test_what_is_no_hdf5(tmp_path):
    (tmp_path / "page.h5").write_text("<html>not found</html>")
    with pytest.raises(InputError, match="must be whole HDF5"):
        spike_hdf5.read(tmp_path / "page.h5")
    with pytest.raises(InputError, match="No such file"):
        spike_hdf5.read(tmp_path / "none.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["weights"] = np.zeros(4)
    with pytest.raises(InputError, match=r"HDF5 without a data set spikes/times; docs/data\.md"):
        spike_hdf5.read(tmp_path / "other.h5")
