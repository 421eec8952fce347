"""WSO2's payloads as the Micro Integrator makes them: its template language, FreeMarker, from Debian's package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

JAR = Path("/usr/share/java/freemarker.jar")
PROGRAM = Path(__file__).parent / "freemarker" / "Render.java"
SYNAPSE = "{http://ws.apache.org/ns/synapse}"

Given = Mapping[str, str]
"""A template's parameters, all of them texts."""


def compiled(place: Path) -> Path:
    """The rendering program, ready to run in ``place``. Skips where FreeMarker or a JDK is missing; fails where
    WSO2_REQUIRED says that they must be there."""
    there = {"javac": shutil.which("javac"), str(JAR): JAR.exists()}
    missing = [name for name, found in there.items() if not found]
    reason = f"needs {', '.join(missing)}: apt-get install libfreemarker-java default-jdk-headless"
    if missing and os.environ.get("WSO2_REQUIRED"):
        pytest.fail(reason, pytrace=False)
    if missing:
        pytest.skip(reason)
    subprocess.run(["javac", "-cp", str(JAR), "-d", str(place), str(PROGRAM)], check=True, timeout=120)
    return place


def template_of(document: ElementTree.Element) -> str:
    """The FreeMarker text of a Synapse template."""
    factories = document.iter(f"{SYNAPSE}payloadFactory")
    [factory] = [one for one in factories if one.get("template-type") == "freemarker"]
    found = factory.find(f"{SYNAPSE}format")
    assert found is not None and found.text
    return found.text


def rendered(
    program: Path, place: Path, cases: Sequence[tuple[ElementTree.Element, Given]]
) -> list[str | None]:
    """What each template makes of its parameters; None where FreeMarker refuses one of them.

    The message's properties are filled as the template itself says: each from the parameter that it names.
    """
    for number, (document, given) in enumerate(cases):
        case = place / f"{number:04}"
        (case / "ctx").mkdir(parents=True)
        (case / "template.ftl").write_text(template_of(document), encoding="utf-8")
        for name, value in properties(document, given).items():
            (case / "ctx" / name).write_text(value, encoding="utf-8")
    classes = f"{JAR}{os.pathsep}{program}"
    subprocess.run(["java", "-cp", classes, "Render", str(place)], check=True, timeout=120)
    outs = [place / f"{number:04}" / "out.json" for number in range(len(cases))]
    return [out.read_text(encoding="utf-8") if out.exists() else None for out in outs]


def properties(document: ElementTree.Element, given: Given) -> dict[str, str]:
    """The message's properties after the template's own have been set."""
    found: dict[str, str] = {}
    for one in document.iter(f"{SYNAPSE}property"):
        name, expression = str(one.get("name")), str(one.get("expression"))
        if one.get("action") == "remove":
            found.pop(name, None)
        elif expression.startswith("$func:") and expression.removeprefix("$func:") in given:
            found[name] = given[expression.removeprefix("$func:")]
    return found


def as_texts(values: Mapping[str, Any], *, quoted: bool = False) -> dict[str, str]:
    """An operation's input as a flow writes it: text stays, the rest is JSON; with ``quoted``, lists and objects in
    single quotes."""
    return {name: _text(value, quoted) for name, value in values.items()}


def _text(value: Any, quoted: bool) -> str:
    if isinstance(value, str):
        return value
    text = json.dumps(value)
    return f"'{text}'" if quoted and isinstance(value, dict | list) else text
