"""Real results, small hand-made tables, and a browser where there is one."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import eccles

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "results" / "kilgore2025" / "fashion-mnist"
CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def reference():
    """Return the 608 runs of the study that is kept in the project."""
    return eccles.load(REFERENCE)


@pytest.fixture(scope="session")
def portraits():
    """Return the 12 runs whose weights are followed, with histograms."""
    return eccles.load(REFERENCE.parent / "portraits")


@pytest.fixture
def small():
    """Return runs and epochs made by hand: 2 ratios, 2 seeds, 3 epochs; seed 1 is not real."""
    runs = pd.DataFrame(
        [
            {
                "run": f"{ei}-{seed}",
                "study": "mine",
                "status": "done",
                "ei": ei,
                "seed": seed,
                "update_noise": 0.0,
                "w1_std": 0.001,
                "data_kind": "synthetic" if seed else "real",
                "n_excitatory": 8,
                "n_inhibitory": 2,
                "initial_rate_hz": 10.0 * (1 + seed),
                "peak_accuracy": 0.5,
                "peak_epoch": 1,
                "final_accuracy": 0.5,
            }
            for ei in ("50:50", "80:20")
            for seed in (0, 1)
        ]
    )
    epochs = pd.DataFrame(
        [
            {
                "run": run,
                "epoch": epoch,
                "accuracy": 0.25 * (epoch + 1),
                "rate_hz": 5.0,
                "excitatory_spikes": 3.0,
                "inhibitory_spikes": 1.0,
            }
            for run in runs["run"]
            for epoch in (-1, 0, 1)
        ]
    )
    return runs, epochs


@pytest.fixture
def browser(tmp_path):
    """Return what opens a page in chromium at a width, and closes it at the end."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs Debian's chromium and chromium-driver")
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium")
    opened = []

    def open_page(path, width=1280, height=900):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in (*FLAGS, f"--user-data-dir={tmp_path / f'chromium-{len(opened)}'}"):
            options.add_argument(flag)
        options.add_argument(f"--window-size={width},{height}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(DRIVER)
        opened.append(webdriver.Chrome(options=options, service=service))
        driver = opened[-1]
        driver.set_script_timeout(60)
        # The window of a desktop is never as narrow as a phone.
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.get(path.as_uri())
        return driver

    yield open_page
    for driver in opened:
        driver.quit()
