"""The pytest plugin in a project of a user's own."""

import json
import subprocess
import sys

import pytest

HIDE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "{module}":
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


@pytest.fixture
def project(tmp_path):
    """Runs pytest in a folder with one test file; returns the outcome and what it printed."""

    def run(test, conftest=""):
        (tmp_path / "test_flow.py").write_text(test)
        (tmp_path / "conftest.py").write_text(conftest)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "no:hypothesispytest", str(tmp_path)]
        done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    return run


def test_the_fixtures_are_there_without_any_import(project):
    code, out = project("""
def test_mail_arrives(outlook_sandbox, outlook_connector):
    outlook_sandbox.deliver(outlook_sandbox.users[0].address, {"subject": "From a customer"})
    newest = outlook_connector.invoke("messages.list", {"folder": "inbox", "limit": 1})["value"][0]
    assert newest["subject"] == "From a customer"
""")
    assert code == 0, out


def test_every_test_starts_with_a_new_mailbox_on_the_same_server(project):
    code, out = project("""
urls = []

def test_first(outlook_sandbox):
    outlook_sandbox.deliver(outlook_sandbox.users[0].address, {"subject": "Left over"})
    urls.append(outlook_sandbox.graph_url)

def test_second(outlook_sandbox):
    assert outlook_sandbox.ledger["deliveries"] == [] and outlook_sandbox.requests == []
    assert urls == [outlook_sandbox.graph_url]
""")
    assert code == 0, out


@pytest.mark.parametrize("module", ["uvicorn", "jwt"])
def test_a_missing_extra_is_named(project, module):
    code, out = project("def test_it(outlook_sandbox): pass", HIDE.format(module=module))
    assert code == 1
    assert 'pip install "outlook-connector[sandbox]"' in out and module in out
    assert "Traceback" not in out


def test_importing_the_plugin_loads_nothing_heavy():
    script = "import sys, json, outlook_connector.testing; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {
        "msal",
        "requests",
        "uvicorn",
        "trustme",
        "jwt",
        "cryptography",
        "jsonschema",
        "yaml",
        "odata_query",
    }
    assert heavy.isdisjoint(json.loads(done.stdout))


def test_the_sandbox_imports_nothing_of_the_connector():
    script = (
        "import sys, json, outlook_connector.sandbox.sandbox, outlook_connector.sandbox.run;"
        "print(json.dumps([m for m in sys.modules if m.startswith('outlook_connector')]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    foreign = [m for m in json.loads(done.stdout) if not m.startswith("outlook_connector.sandbox")]
    assert set(foreign) <= {"outlook_connector", "outlook_connector.errors"}
