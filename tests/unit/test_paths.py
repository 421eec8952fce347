"""Paths that a configuration names and no file can have: each is a wrong configuration, told by its key."""

from pathlib import Path

import pytest

from outlook_connector.auth import certificates, federated
from outlook_connector.config import CertificateSettings, Config
from outlook_connector.errors import ConfigError
from outlook_connector.store import open_store

IMPOSSIBLE = ["a\0b", "~nobody-of-that-name/x", "\ud800"]


@pytest.mark.parametrize(
    "url", ["sqlite:///a%00b", "sqlite:a\0b", "sqlite:///\ud800", "sqlite:~nobody-of-that-name/x"]
)
def test_a_store_at_an_impossible_path_is_a_wrong_configuration(url: str) -> None:
    with pytest.raises(ConfigError, match="tokenStore") as refused:
        open_store(url, environment={})
    assert refused.value.details["problems"][0]["pointer"] == "/tokenStore"


def test_a_key_file_that_is_a_directory_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite3.key").mkdir()
    with pytest.raises(ConfigError, match="is a directory") as refused:
        open_store(f"sqlite:{tmp_path}/s.sqlite3", environment={})
    assert refused.value.code == "storeKeyWrong"


@pytest.mark.parametrize("path", IMPOSSIBLE)
def test_a_certificate_at_an_impossible_path_is_a_wrong_configuration(path: str) -> None:
    with pytest.raises(ConfigError, match=r"certificate\.path"):
        certificates.read(CertificateSettings(path))


@pytest.mark.parametrize("path", IMPOSSIBLE)
def test_a_federated_token_at_an_impossible_path_is_a_wrong_configuration(path: str) -> None:
    config = Config(
        "application",
        "t",
        "c",
        "global",
        "https://a/t",
        "https://g/v1.0",
        "https://g",
        federated_token_file=path,
    )
    with pytest.raises(ConfigError, match="federatedTokenFile"):
        federated.source(config).token()
