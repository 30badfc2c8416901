import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest
from web.sent_site import NOW

from publisher.config import Listen
from publisher.errors import ConfigError, StoreError
from publisher.web.site import address, serve


def test_an_address_is_the_configs_or_the_one_given(site):
    assert address(site, "") == site.config.web.listen
    assert address(site, "0.0.0.0:80") == Listen(host="0.0.0.0", port=80)
    assert address(site, "[::1]:0") == Listen(host="::1", port=0)
    for text in ("8000", "x:", "x:y", ":80", "x:99999", "x:٣"):
        with pytest.raises(ConfigError, match="not an address"):
            address(site, text)


def test_a_port_in_use_is_told(site):
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(StoreError) as error:
        port = other.getsockname()[1]
        serve(site, Listen(host="127.0.0.1", port=port), ready=lambda _: None)
    assert f"127.0.0.1:{port} cannot be listened at" in str(error.value)
    assert "--listen" in error.value.hint


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_says_where_it_is_and_ends_when_asked(site, number):
    """As an operator runs it: the address that it prints answers, a signal ends it with 0, no token is in its output."""
    site.close()
    command = [
        sys.executable,
        "-m",
        "publisher",
        "-c",
        str(site.config.path),
        "--now",
        NOW.isoformat(),
        "serve",
        "--listen",
        "127.0.0.1:0",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    ) as process:
        try:
            line = process.stdout.readline()
            while line and not line.startswith("serving"):
                line = process.stdout.readline()
            url = line.split()[-1]
            for path in ("healthz", "feeds/rss.xml", "u/" + "A" * 36):
                try:
                    with urllib.request.urlopen(url + path, timeout=10) as answer:
                        assert answer.status == 200
                        assert "server" not in answer.headers
                except urllib.error.HTTPError as error:
                    assert error.code == 404
                    error.close()
            process.send_signal(number)
            rest = process.stdout.read()
            assert process.wait(20) == 0, rest
            assert "A" * 36 not in rest
            assert "Traceback" not in rest
        finally:
            process.kill()


def test_a_server_in_a_thread_leaves_signals_alone(site):
    before = signal.getsignal(signal.SIGTERM)
    found = []
    from publisher.web import site as module

    class Stopping(module._Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            self.should_exit = True

    original, module._Server = module._Server, Stopping
    try:
        thread = threading.Thread(
            target=serve,
            args=(site, Listen(host="::1" if socket.has_ipv6 else "127.0.0.1", port=0)),
            kwargs={"ready": found.append},
        )
        thread.start()
        thread.join(20)
    finally:
        module._Server = original
    assert not thread.is_alive()
    assert found and found[0].startswith(("http://[::1]:", "http://127.0.0.1:"))
    assert not found[0].endswith(":0/")
    assert signal.getsignal(signal.SIGTERM) is before
