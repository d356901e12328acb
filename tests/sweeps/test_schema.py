import eccles
from eccles.sweeps.schema import columns_of, rate_of, settings_of
from eccles.sweeps.study import Study

SHALLOW = Study(grid={"ei": ["50:50"]}, measure={"distances": 1})
DEEP = Study(base={"model": "mlp8"}, grid={"circuit": ["ei", "bn"]}, measure={"layers": 1})


def test_every_setting_has_a_type():
    types = settings_of(SHALLOW)
    assert {name: types[name] for name in ("ei", "w1_std", "epochs", "unbounded", "device")} == {
        "ei": "VARCHAR",
        "w1_std": "DOUBLE",
        "epochs": "BIGINT",
        "unbounded": "BOOLEAN",
        "device": "VARCHAR",
    }
    assert set(types) == eccles.TrainConfig().names() - {"model"}
    assert (types["hidden"], types["recurrent"], types["groups"], types["network"]) == (
        *("BIGINT", "DOUBLE", "VARCHAR", "VARCHAR"),
    )
    assert settings_of(Study(grid={"hidden": [100, "100,100"]}))["hidden"] == "VARCHAR"
    assert set(settings_of(DEEP)) == eccles.TrainConfig(model="vgg8").names()
    assert settings_of(DEEP)["straight_through"] == "BOOLEAN"


def test_tables_are_those_of_the_networks_kind():
    assert (rate_of(SHALLOW), rate_of(DEEP)) == ("rate_hz", "spikes_per_step")
    shallow, deep = columns_of(SHALLOW), columns_of(DEEP)
    assert list(shallow) == ["runs", "epochs", "classes", "distances"]
    assert list(deep) == ["runs", "epochs", "classes", "layers"]
    assert "final_rate_hz" in shallow["runs"]
    assert "final_spikes_per_step" in deep["runs"]
    assert "zero_divisors" in deep["layers"]
