import pandas as pd
import pytest

from eccles import InputError
from eccles.figures import learning_curves

RUNS = pd.DataFrame({"run": ["a", "b", "c"], "lr": [0.1, 0.1, 0.2]})
EPOCHS = pd.DataFrame(
    [(run, epoch, value + epoch / 10) for run, value in zip("abc", (0.2, 0.4, 0.5), strict=True)
     for epoch in (0, -1, 1)],
    columns=["run", "epoch", "accuracy"],
)  # fmt: skip


def test_means_by_hand_from_before_training():
    drawing = learning_curves(RUNS, EPOCHS, by="lr")
    (axes,) = drawing.figure.axes
    lines = [line.get_xydata().tolist() for line in axes.get_lines()]
    assert lines[0] == [[0, pytest.approx(20)], [1, pytest.approx(30)], [2, pytest.approx(40)]]
    assert lines[1] == [[0, pytest.approx(40)], [1, pytest.approx(50)], [2, pytest.approx(60)]]
    assert list(drawing.data["n"]) == [2, 2, 2, 1, 1, 1]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["0.1", "0.2"]


def test_all_runs_are_one_line():
    drawing = learning_curves(RUNS, EPOCHS)
    assert len(drawing.figure.axes[0].get_lines()) == 1
    assert list(drawing.data["n"]) == [3, 3, 3]


def test_an_axis_of_shares_ends_at_all_and_none():
    (axes,) = learning_curves(RUNS[:2], EPOCHS).figure.axes
    # Student's interval of these two is wider than all shares there are.
    assert axes.get_ylim() == (0, 100)


def test_a_panel_a_value_of_the_other_setting():
    runs = RUNS.assign(ei=["50:50", "80:20", "80:20"])
    drawing = learning_curves(runs, EPOCHS, by="lr", rows="ei")
    above, below = drawing.figure.axes
    assert above.get_title() == "excitatory : inhibitory: 50:50"
    assert [list(line.get_ydata()[:1]) for line in above.get_lines()] == [[pytest.approx(10)], []]
    assert [text.get_text() for text in above.get_legend().get_texts()] == ["0.1", "0.2"]
    # A learning rate has its colour in each panel, though some panels lack it.
    drawn = [(line.get_color(), line.get_ydata()[0]) for line in below.get_lines()]
    assert drawn == [("#0072B2", pytest.approx(30)), ("#D55E00", pytest.approx(40))]
    assert above.get_ylim() == below.get_ylim()
    assert list(drawing.data["n"]) == [1] * 9
    assert drawing.caption.endswith("a panel a value of excitatory : inhibitory.")
    with pytest.raises(InputError, match="by and rows must be different columns, got 'lr' twice"):
        learning_curves(runs, EPOCHS, by="lr", rows="lr")


def test_what_cant_be_drawn_is_one_sentence():
    with pytest.raises(InputError, match="no column 'ie'"):
        learning_curves(RUNS, EPOCHS, by="ie")
    assert len(learning_curves(RUNS, EPOCHS, by="run").figure.axes[0].get_lines()) == 3
    with pytest.raises(InputError, match="runs must be one row a run"):
        learning_curves(pd.concat([RUNS, RUNS]), EPOCHS)
    for epochs in (EPOCHS.assign(epoch="x"), EPOCHS.assign(epoch=0.5)):
        with pytest.raises(InputError, match="epochs must be whole numbers"):
            learning_curves(RUNS, epochs)
    for runs, epochs in ((RUNS.drop(columns="run"), EPOCHS), (RUNS, EPOCHS.drop(columns="epoch"))):
        with pytest.raises(InputError, match="there is no column"):
            learning_curves(runs, epochs)
    with pytest.raises(InputError, match="no column 'los'"):
        learning_curves(RUNS, EPOCHS, y="los")


def test_many_names_have_room_beside_the_panel():
    names = [f"{k}{'n' * 80}" for k in range(30)]
    runs = pd.DataFrame({"run": names, "ei": names})
    epochs = pd.DataFrame({"run": names * 2, "epoch": [-1] * 30 + [0] * 30, "accuracy": 0.5})
    figure = learning_curves(runs, epochs, by="ei").figure
    (axes,) = figure.axes
    legend = figure.legends[0].get_window_extent()
    assert figure.bbox.containsx(legend.x0)
    assert figure.bbox.containsx(legend.x1)
    assert legend.height < figure.bbox.height
    assert axes.get_window_extent().x1 <= legend.x0
    assert axes.get_window_extent().width > figure.bbox.width / 3


def test_lines_of_one_colour_differ_by_dash_and_marker():
    names = [f"line {k}" for k in range(7)]
    runs = pd.DataFrame({"run": names})
    epochs = pd.DataFrame({"run": names * 2, "epoch": [-1] * 7 + [0] * 7, "accuracy": 0.5})
    handles = learning_curves(runs, epochs, by="run").figure.legends[0].get_lines()
    first, last = handles[0], handles[-1]
    assert first.get_color() == last.get_color()
    assert first.get_linestyle() != last.get_linestyle()
    assert first.get_marker() != last.get_marker()
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in handles}
    assert len(looks) == 7
