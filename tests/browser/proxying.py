"""The reverse proxy of dashboards/deploy/nginx.conf, on free ports of 127.0.0.1 and with a certificate of its own."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest

from tests.browser.serving import ROOT, free_port

CONF = ROOT / "dashboards" / "deploy" / "nginx.conf"
NAME = "dashboards.example.com"
CERTIFICATES = "/etc/ssl/throughline"
MISSING_PROXY = "needs nginx and openssl on the path (Debian: apt-get install nginx-light openssl)"
MAIN = """
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/throughline.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    """Where it listens."""

    tls: int
    plain: int

    @property
    def address(self) -> str:
        return f"https://{NAME}:{self.tls}"

    def ask(self, path: str, method: str = "GET", name: str = NAME, **headers: str) -> tuple[int, HTTPMessage]:
        """Return status and headers of an answer over TLS; an underscore in a header's name stands for a hyphen."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", self.tls), timeout=20)
        connection = HTTPConnection(name, self.tls, timeout=20)
        connection.sock = context.wrap_socket(raw, server_hostname=name)
        try:
            connection.request(method, path, headers={key.replace("_", "-"): each for key, each in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers
        finally:
            connection.close()


def written(folder: Path, replicas: list[str]) -> Proxy:
    """Write certificate and configuration: the committed one, with other ports, replicas and folder."""
    proxy = Proxy(free_port(), free_port())
    subject = ["-subj", f"/CN={NAME}", "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*made, *subject], check=True, capture_output=True)
    conf = re.sub(r"^ *listen \[::\].*\n", "", CONF.read_text(), flags=re.MULTILINE)
    changes = {
        "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
        "listen 443 ": f"listen 127.0.0.1:{proxy.tls} ",
        f"https://{NAME}": proxy.address,
        CERTIFICATES: str(folder),
        "    server 127.0.0.1:8501;\n": "".join(f"    server {each.removeprefix('http://')};\n" for each in replicas),
    }
    for before, after in changes.items():
        assert before in conf
        conf = conf.replace(before, after)
    (folder / "throughline.conf").write_text(conf)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    return proxy


@contextmanager
def proxied(folder: Path, replicas: list[str]) -> Iterator[Proxy]:
    """Serve the replicas behind nginx; stop it at the end. Skips the test where there is no nginx."""
    if shutil.which("nginx") is None or shutil.which("openssl") is None:
        pytest.skip(MISSING_PROXY)
    proxy = written(folder, replicas)
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr
    server = subprocess.Popen([*command, "-g", "daemon off;"], stdin=subprocess.DEVNULL)
    try:
        wait_for(proxy)
        yield proxy
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(proxy: Proxy) -> None:
    """Return once it accepts connections."""
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", proxy.tls), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"Expected nginx on port {proxy.tls} within 10 seconds.")
