"""The page in a real browser: it opens from a file, and filters, clicks and slider do something."""

import re

import pandas as pd
import pytest

from eccles.report import explorer, page

pytestmark = pytest.mark.slow

POINTS = "#explorer-charts .points_0_marks > path"
READY = """
const done = arguments[arguments.length - 1];
const look = () => document.querySelector("#explorer-charts svg") ? done(performance.now())
                                                                  : setTimeout(look, 20);
look();
"""
SET = """
const [name, value, done] = arguments;
const input = document.querySelector(`#explorer-filters [name=${name}]`);
input.value = value;
input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input"));
window.explorerView.runAsync().then(() => done());
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory, reference):
    path = tmp_path_factory.mktemp("page") / "report.html"
    charts = explorer(reference.runs, reference.epochs, reference.table("weights"))
    path.write_text(page("A study", "", [("runs", "608")], explorer=charts))
    return path


def ready(driver) -> float:
    """Wait until the charts are there; return the seconds since the page was asked for."""
    seconds = driver.execute_async_script(READY) / 1000
    print(f"interactive after {seconds:.2f} s")
    return seconds


def count(driver) -> int:
    return driver.execute_script(f"return document.querySelectorAll('{POINTS}').length")


def said(driver) -> str:
    return driver.execute_script("return document.querySelector('.about_marks').textContent")


def shape(driver, name: str) -> str:
    """Return how the marks of a chart are drawn."""
    return driver.execute_script(
        f"return [...document.querySelectorAll('[class*={name}_] > path')]"
        ".map(path => path.getAttribute('d') + path.getAttribute('transform')).join()"
    )


def put(driver, name: str, value: str) -> None:
    driver.execute_async_script(SET, name, value)


def click(driver, element) -> None:
    from selenium.webdriver import ActionChains

    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    ActionChains(driver).move_to_element(element).click().perform()
    driver.execute_async_script("window.explorerView.runAsync().then(() => arguments[0]())")


def wrong(driver) -> list[dict]:
    return [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


def test_filters_change_the_points(written, browser, reference):
    driver = browser(written)
    ready(driver)
    assert count(driver) == 608
    put(driver, "only_ei", "80:20")
    assert count(driver) == 152
    put(driver, "only_seed", "3")
    assert count(driver) == 19
    assert "19 runs" in driver.find_element("css selector", ".runs_layer_2_marks").text
    rates = reference.runs.query("ei == '80:20' and seed == 3")["initial_rate_hz"]
    put(driver, "rate_from", "10")
    assert count(driver) == (rates >= 10).sum() < 19
    put(driver, "rate_to", "50")
    assert count(driver) == rates.between(10, 50).sum() > 0
    put(driver, "rate_to", "")
    put(driver, "rate_from", "0")
    put(driver, "only_w1_std", "0.00075")
    assert count(driver) == 1
    assert wrong(driver) == []


def test_a_click_follows_a_run(written, browser, reference):
    driver = browser(written)
    ready(driver)
    best = reference.runs.loc[reference.runs["peak_accuracy"].idxmax()]
    assert best["run"] in said(driver)
    names = ("accuracy", "activity", "share", "weights_0", "zeros")
    before = [shape(driver, name) for name in names]
    for name, value in (("only_ei", "50:50"), ("only_seed", "5"), ("only_w1_std", "0.001")):
        put(driver, name, value)
    click(driver, driver.find_element("css selector", POINTS))
    chosen = reference.runs.query("ei == '50:50' and seed == 5 and w1_std == 0.001").iloc[0]
    assert chosen["run"] in said(driver)
    assert "excitatory : inhibitory 50:50, scale of initial input weights 0.001, seed 5" in said(
        driver
    )
    after = [shape(driver, name) for name in names]
    assert all(one != other for one, other in zip(before, after, strict=True))
    # A click beside all points leaves the run that was chosen.
    click(driver, driver.find_element("css selector", "#explorer-charts .runs_layer_2_marks"))
    assert chosen["run"] in said(driver)
    assert wrong(driver) == []


def test_hovering_says_what_a_point_is(written, browser):
    from selenium.webdriver import ActionChains

    driver = browser(written)
    ready(driver)
    for name, value in (("only_ei", "95:5"), ("only_seed", "2"), ("only_w1_std", "0.02")):
        put(driver, name, value)
    point = driver.find_element("css selector", POINTS)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", point)
    ActionChains(driver).move_to_element(point).perform()
    shown = driver.find_element("css selector", "#vg-tooltip-element").text
    assert "95:5" in shown
    assert "0.02" in shown


def test_the_slider_moves_the_points(written, browser, reference):
    driver = browser(written)
    ready(driver)
    for name, value in (("only_ei", "80:20"), ("only_w1_std", "0.001"), ("only_seed", "0")):
        put(driver, name, value)
    run = reference.runs.query("ei == '80:20' and w1_std == 0.001 and seed == 0").iloc[0]
    course = reference.epochs[reference.epochs["run"] == run["run"]].set_index("epoch")["accuracy"]
    for trained in (0, 1, 30):
        put(driver, "chosen_epoch", str(trained))
        label = driver.execute_script(f"return document.querySelector('{POINTS}').ariaLabel")
        assert f"accuracy (%): {100 * float(f'{course[trained - 1]:.4g}'):.2f}" in label
    # What the filters leave stays where it was, so that it can be compared.
    before = shape(driver, "points")
    put(driver, "only_seed", "all")
    assert before in shape(driver, "points")
    put(driver, "only_seed", "0")
    put(driver, "across", "scale of initial input weights")
    assert shape(driver, "points") != before
    assert wrong(driver) == []


def test_weights_follow_the_slider(browser, reference, portraits, tmp_path):
    both = [reference.runs.assign(study="a"), portraits.runs.assign(study="b")]
    # A run that both studies have is one run.
    runs = pd.concat(both[::-1]).drop_duplicates("run").sort_values("study", kind="stable")
    path = tmp_path / "report.html"
    charts = explorer(
        runs,
        pd.concat([reference.epochs, portraits.epochs]).drop_duplicates(["run", "epoch"]),
        portraits.table("weights"),
        histograms=portraits.table("weight_histograms"),
    )
    path.write_text(page("Two studies", "", [], explorer=charts))
    driver = browser(path)
    ready(driver)
    lacking = "return document.querySelector('#explorer-charts').textContent.split('not measured')"
    assert len(driver.execute_script(lacking)) - 1 == 4 + 3
    put(driver, "only_study", "b")
    click(driver, driver.find_elements("css selector", POINTS)[0])
    assert "of b" in said(driver)
    assert len(driver.execute_script(lacking)) - 1 == 0
    shown = {}
    for trained in (0, 9, 10, 15, 30):
        put(driver, "chosen_epoch", str(trained))
        text = driver.execute_script("return document.querySelector('svg').textContent")
        assert f"after {trained // 10 * 10} epochs" in text
        shown[trained] = shape(driver, "histogram_0")
    # Before the next measurement a histogram stays as it is.
    assert shown[0] == shown[9] != shown[10] == shown[15] != shown[30]
    bars = portraits.table("weight_histograms").query("projection == 'hidden E->output'")
    labels = driver.execute_script(
        "return [...document.querySelectorAll('[class*=histogram_1_layer_2] > path')]"
        ".map(path => path.ariaLabel)"
    )
    run = said(driver).split("run ")[1].split("of b")[0]
    own = bars[(bars["run"] == run) & (bars["epoch"] == 29) & (bars["high"] > bars["low"])]
    assert len(labels) == len(own)
    assert sum(int(re.search(r"weights: ([\d,]+)", each)[1]) for each in labels) == (
        own["count"].sum()
    )
    assert wrong(driver) == []


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_is_wider_than_the_screen(written, browser, width):
    driver = browser(written, width=width)
    ready(driver)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    charts = driver.find_element("css selector", "#explorer-charts svg")
    assert charts.size["width"] <= width
    assert wrong(driver) == []


def test_turning_the_phone_draws_the_other_layout(written, browser):
    driver = browser(written, width=1280)
    ready(driver)
    wide = driver.find_element("css selector", "#explorer-charts svg").size["width"]
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.execute_async_script(
        "const done = arguments[0]; const look = () => "
        "document.querySelectorAll('#explorer-charts svg').length === 1 && "
        "document.querySelector('#explorer-charts svg').viewBox.baseVal.width < 500 "
        "? done() : setTimeout(look, 20); look();"
    )
    assert driver.find_element("css selector", "#explorer-charts svg").size["width"] < wide / 2
    assert len(driver.find_elements("css selector", "#explorer-filters [name=chosen_epoch]")) == 1


def test_real_and_synthetic_runs_never_stand_in_one_chart(small, browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page("Both", "", [], explorer=explorer(*small)))
    driver = browser(path)
    ready(driver)
    labels = f"return [...document.querySelectorAll('{POINTS}')].map(path => path.ariaLabel)"
    real = driver.execute_script(labels)
    put(driver, "only_data_kind", "synthetic")
    synthetic = driver.execute_script(labels)
    assert (len(real), len(synthetic)) == (2, 2)
    assert all("seed: 0" in label for label in real)
    assert all("seed: 1" in label for label in synthetic)
    assert wrong(driver) == []


def test_a_thinned_page_has_points_wherever_the_slider_stops(browser, reference, tmp_path):
    path = tmp_path / "report.html"
    charts = explorer(reference.runs, reference.epochs, rows=4300)
    path.write_text(page("Thinned", "", [], explorer=charts))
    driver = browser(path)
    ready(driver)
    slider = driver.find_element("css selector", "[name=chosen_epoch]")
    assert slider.get_attribute("step") == "5"
    for trained in (0, 5, 30):
        put(driver, "chosen_epoch", str(trained))
        assert count(driver) == 608
    assert wrong(driver) == []
