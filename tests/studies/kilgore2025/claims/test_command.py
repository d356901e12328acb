from eccles.studies.article import Article
from eccles.studies.claims.command import command

SETS = ("grid.w1_std=[0.001]",)


def fine(settings):
    return {"runs": [{"peak_accuracy": 0.81}]}


def test_what_is_left_goes_where_the_study_is(stored):
    article = stored("fashion-mnist", fine, *SETS, scale="laptop")
    place = f"--scale laptop --out {article.folder}"
    start = "eccles reproduce kilgore2025 --only"
    assert command(article, "fashion-mnist") == f"{start} fashion-mnist {place}"
    # A study that isn't there yet is wanted as large as those that are.
    assert command(article, "portraits") == f"{start} portraits {place}"


def test_beside_one_studys_own_folder(stored):
    home = stored("fashion-mnist", fine, *SETS).folder
    article = Article("kilgore2025", home / "fashion-mnist")
    assert command(article, "portraits").endswith(f"--only portraits --scale full --out {home}")
    assert command(article, "fashion-mnist").endswith(f"--scale full --out {home}")


def test_as_many_seeds_as_the_folder_has(stored):
    article = stored("fashion-mnist", fine, *SETS, "repeat=3")
    assert command(article, "fashion-mnist").endswith(" --repeat 3")


def test_a_folder_of_another_name_is_a_sweeps(stored):
    """The other verb would begin anew beside it."""
    home = stored("fashion-mnist", fine, *SETS, "repeat=3").folder
    mine = (home / "fashion-mnist").rename(home / "my runs")
    article = Article("kilgore2025", home)
    assert command(article, "fashion-mnist") == (
        f"eccles sweep kilgore2025/fashion-mnist --scale full --out '{mine}' --set repeat=3"
    )
