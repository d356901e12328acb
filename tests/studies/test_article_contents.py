"""What articles add is found by their folders, and nothing else knows one by its name."""

import re
from pathlib import Path

import pytest

import eccles
from eccles import studies
from eccles.studies.article_contents import contents

HOME = Path(eccles.__file__).parent


@pytest.mark.parametrize("name", studies.judged())
def test_an_article_is_whole(name):
    own = contents(name)
    assert own.name == name
    assert [claim.id for claim in own.claims] == [str(k + 1) for k in range(len(own.claims))]
    shipped = {each.partition("/")[2] for each in studies.names() if each.startswith(f"{name}/")}
    assert {claim.study for claim in own.claims} <= shipped
    assert {study for each in own.drawn.values() for study in each.studies} <= shipped
    assert {*own.stand_ins, *own.stand_ins.values()} <= shipped
    assert all(claim.rule.endswith(".") and claim.statement.endswith(".") for claim in own.claims)
    assert all(len(claim.short) <= 40 for claim in own.claims)


def test_only_its_folder_and_examples_name_an_article():
    """In code, that is: help and docstrings may."""
    named = re.compile(rf"studies\.({'|'.join(studies.judged())})\b")
    own = [HOME / "studies" / name for name in studies.judged()]
    others = [
        path.relative_to(HOME).as_posix()
        for path in HOME.rglob("*.py")
        if not any(folder in path.parents for folder in own) and named.search(path.read_text())
    ]
    assert others == []
