"""Whose certificates are trusted, and that a bundle which is replaced is read again without a restart."""

from pathlib import Path

import pytest
import trustme

from outlook_connector import TransportError, connect
from outlook_connector.graph.trust import Trust
from outlook_connector.sandbox import Sandbox


@pytest.fixture
def foreign() -> bytes:
    """A bundle in which the sandbox's authority is not."""
    return trustme.CA().cert_pem.bytes()


def test_a_bundle_that_is_replaced_holds_for_the_next_connection(
    foreign: bytes, tmp_path: Path, outlook_sandbox: Sandbox
) -> None:
    bundle = tmp_path / "authorities.pem"
    bundle.write_bytes(foreign)
    config = outlook_sandbox.config(http={"caBundle": str(bundle), "attempts": 1})
    with connect(config) as connector:
        with pytest.raises(TransportError, match="caBundle"):
            connector.invoke("profile.get")
        bundle.write_bytes(foreign + Path(outlook_sandbox.ca_file).read_bytes())
        assert connector.invoke("profile.get")["userPrincipalName"]


@pytest.mark.parametrize("content", [b"-----BEGIN CERTIFICATE-----\nhalf of", None], ids=["half", "gone"])
def test_a_bundle_in_the_midst_of_being_replaced_is_trusted_as_it_was(
    content: bytes | None, foreign: bytes, tmp_path: Path
) -> None:
    bundle = tmp_path / "authorities.pem"
    bundle.write_bytes(foreign)
    trust = Trust(str(bundle), {})
    before = trust.context()
    if content is None:
        bundle.unlink()
    else:
        bundle.write_bytes(content)
    assert trust.context() is before
    bundle.write_bytes(foreign * 2)
    assert trust.context() is not before


def test_all_connections_share_what_was_read(foreign: bytes, tmp_path: Path) -> None:
    bundle = tmp_path / "authorities.pem"
    bundle.write_bytes(foreign)
    trust = Trust(str(bundle), {})
    assert trust.context() is trust.context()
    assert len(trust.context().get_ca_certs()) == 1
    assert len(Trust(None, {}).context().get_ca_certs()) > 50, "the built-in bundle"
    assert Trust(None, {"CURL_CA_BUNDLE": str(bundle)}).place == str(bundle)
