import eccles
from eccles.sweeps.schema import SETTINGS


def test_every_setting_has_a_type():
    assert {name: SETTINGS[name] for name in ("ei", "w1_std", "epochs", "unbounded", "device")} == {
        "ei": "VARCHAR",
        "w1_std": "DOUBLE",
        "epochs": "BIGINT",
        "unbounded": "BOOLEAN",
        "device": "VARCHAR",
    }
    assert set(SETTINGS) == set(eccles.TrainConfig.model_fields)
