from eccles.errors import EcclesError, InputError, RunError, must, nearest


def test_kinds_and_exit_statuses():
    assert issubclass(InputError, EcclesError)
    assert issubclass(RunError, EcclesError)
    assert (EcclesError.exit_status, InputError.exit_status, RunError.exit_status) == (1, 2, 1)


def test_sentences():
    error = must("train", "lr", "above 0", -1)
    assert isinstance(error, InputError)
    assert str(error) == "train: lr must be above 0, got -1"
    assert str(must("a", "b", "c", "d", "try e")) == "a: b must be c, got 'd'; try e"


def test_the_nearest_name():
    assert nearest("epoch", ["lr", "epochs"]) == " (did you mean 'epochs'?)"
    assert nearest("epochs", {"epochs": 1}) == " (did you mean 'epochs'?)"
    assert nearest("SHD", ["ssc", "shd"]) == " (did you mean 'shd'?)"
    assert nearest("xyz", ["lr", "epochs"]) == ""
    assert nearest("xyz", []) == ""
