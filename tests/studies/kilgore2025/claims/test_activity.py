from eccles.studies.claims import Verdict

SETS = ("grid.w1_std=[0.001, 0.02]", "repeat=2")
CLASSES = {2: "Pullover", 5: "Sandal"}


def made(course, spikes=100.0, pullover=1.9, sandal=0.1):
    """Return tables in which networks of scale 0.001 learn and their percent excitatory moves.

    `course` adds points before training, after the first and after the last epoch; of the two
    classes one has `pullover` times the spikes of all, the other `sandal` times.
    """

    def tables(settings):
        learnt = settings["w1_std"] == 0.001
        ratio = float(settings["ei"].split(":")[0])
        moved = dict(zip((-1, 0, 29), course if learnt else (0, 0, 0), strict=True))
        if ratio == 100:
            moved = dict.fromkeys(moved, 0)

        def row(epoch, total):
            excitatory = total * (ratio + moved[epoch]) / 100
            return {"excitatory_spikes": excitatory, "inhibitory_spikes": total - excitatory}

        shares = {2: pullover, 5: sandal}
        return {
            "runs": [{"peak_accuracy": 0.8 if learnt else 0.1}],
            "epochs": [{"epoch": epoch, **row(epoch, spikes)} for epoch in moved],
            "classes": [
                {"epoch": epoch, "class": k, "class_name": name, "samples": 1000}
                | row(epoch, spikes * shares[k])
                for epoch in moved
                for k, name in CLASSES.items()
            ],
        }

    return tables


def test_rise_then_decline(stored, claim):
    finding = claim("8").find(stored("fashion-mnist", made((0, 3, -4)), *SETS))
    assert finding.verdict == finding.verdict_as_published == Verdict.REPRODUCED
    assert "in the first epoch 50:50 +3.0, 80:20 +3.0, 95:5 +3.0 points" in finding.ours
    assert "from then on 50:50 -7.0, 80:20 -7.0, 95:5 -7.0 points" in finding.ours
    assert "failed ones end 50:50 0.0" in finding.ours
    assert "medians of 2, 2, 2 successful networks;" in finding.ours
    assert "medians of 4, 4, 4 successful networks and classes;" in finding.as_published


def test_decline_from_the_start(stored, claim):
    finding = claim("8").find(stored("fashion-mnist", made((0, -1, -4)), *SETS))
    assert finding.verdict == Verdict.NOT_REPRODUCED
    assert "does not hold: in the first epoch 50:50 -1.0" in finding.ours


def test_silent_networks_have_no_percentage(stored, claim):
    def tables(settings):
        made_up = made((0, 3, -4))(settings)
        if settings["seed"] == 1:
            for row in made_up["epochs"] + made_up["classes"]:
                row["excitatory_spikes"] = row["inhibitory_spikes"] = 0.0
        return made_up

    finding = claim("8").find(stored("fashion-mnist", tables, *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    assert "6 of all 12 networks are silent at times and left out" in finding.ours


def test_all_are_silent(stored, claim):
    article = stored("fashion-mnist", made((0, 3, -4), spikes=0.0), *SETS)
    finding = claim("8").find(article)
    assert finding.verdict == Verdict.NOT_TESTABLE
    assert "there must be failed ones" in finding.note
    assert claim("9").find(article).verdict == Verdict.NOT_TESTABLE


def test_one_spike_and_much_more_for_pullovers(stored, claim):
    finding = claim("9").find(stored("fashion-mnist", made((0, 3, -4)), *SETS))
    assert finding.verdict == Verdict.REPRODUCED
    assert "50:50 1.00, 80:20 1.00, 95:5 1.00, 100:0 1.00 spikes" in finding.ours
    assert "Pullover evokes 50:50 19.0" in finding.ours
    assert "8 of 8 networks over ten times" in finding.ours


def test_too_many_spikes(stored, claim):
    finding = claim("9").find(stored("fashion-mnist", made((0, 3, -4), spikes=201.0), *SETS))
    assert finding.verdict == Verdict.NOT_REPRODUCED
    assert "does not hold: 50:50 2.01" in finding.ours


def test_pullovers_evoke_ten_times_or_less(stored, claim):
    given = made((0, 3, -4), pullover=1.8, sandal=0.2)
    finding = claim("9").find(stored("fashion-mnist", given, *SETS))
    assert finding.verdict == Verdict.NOT_REPRODUCED
    assert "does not hold: Pullover evokes 50:50 9.0" in finding.ours
