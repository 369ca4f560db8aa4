"""The server starts where it can, says why where it cannot, and stops what it started."""

from __future__ import annotations

import socket

import pytest

from local import embedded_aws as module
from local.emulator.hooks import EmulatorMovedError, add_entry, replace, replace_entry, require_supported_version
from local.organization import Organization
from local.server import EmbeddedAwsError, down, running, up

OURS = Organization.of(organization_id="o-ours", management_account="111111111111", accounts=[])


@pytest.mark.xdist_group("embedded")
def test_a_detached_server_is_found_again_and_avoids_a_port_in_use(tmp_path):
    assert down(folder=tmp_path) is False
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        try:
            server = up(organization=OURS, folder=tmp_path, port=port)
            assert not server.endpoint.endswith(f":{port}")
            again = up(organization=OURS, folder=tmp_path)
            assert again.endpoint == server.endpoint
            assert server.client("sts", account="111111111111", region="eu-west-1").get_caller_identity()
            environment = server.environment(account="111111111111", region="eu-west-1")
            assert environment["AWS_ENDPOINT_URL"] == server.endpoint
            server.reset()
            assert server.decisions() == []
        finally:
            assert down(folder=tmp_path) is True
    assert running(folder=tmp_path) is None


def test_a_server_that_dies_says_why(tmp_path, monkeypatch):
    wrong = Organization(id="o-ours", management_account="x", accounts=frozenset())
    monkeypatch.setattr(module, "_READY_SECONDS", 20.0)
    with pytest.raises(EmbeddedAwsError, match="an account id has twelve digits"):
        module.launch(organization=wrong, port=module.choose_port(0), log=tmp_path / "log")


def test_a_name_that_moved_is_reported():
    with pytest.raises(EmulatorMovedError, match="gone"):
        replace(socket, "no_such_name", lambda original: original)
    with pytest.raises(EmulatorMovedError, match="is gone"):
        replace_entry({}, "name", lambda original: original)
    with pytest.raises(EmulatorMovedError, match="remove the adaptor"):
        add_entry({"name": 1}, "name", 2)


def test_another_version_of_the_emulator_is_refused(monkeypatch):
    require_supported_version()
    monkeypatch.setattr("local.emulator.hooks.version", lambda _name: "1.6.0")
    with pytest.raises(EmulatorMovedError, match="1\\.6\\.0"):
        require_supported_version()


def test_a_wrong_account_id_is_named():
    with pytest.raises(ValueError, match="unlike 12"):
        Organization.of(organization_id="o-ours", management_account="12", accounts=[])
