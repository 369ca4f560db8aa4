"""https://ip-ranges.amazonaws.com as functions see it: the one place on the Internet that they may ask.

Functions inherit the server's environment. A proxy that stands in it leads to a site of ours, whose certificate the
environment names as the one to trust; so what a function does about TLS, entity tags and sizes is what it does on AWS.
Every other host is refused.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import ssl
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST: Final = "ip-ranges.amazonaws.com"
_PROXY: Final = "HTTPS_PROXY"
_TRUSTED: Final = "SSL_CERT_FILE"
_DAY: Final = datetime.timedelta(days=1)

_published: dict[str, bytes] = {}


def install() -> None:
    """Starts proxy and site, and puts both into the environment of functions."""
    folder = Path(tempfile.mkdtemp(prefix="ip-ranges-"))
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    _make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    key.unlink()
    server = _Server(context)
    threading.Thread(target=server.serve_forever, name="ip-ranges", daemon=True).start()
    os.environ.pop(_PROXY.lower(), None)
    os.environ[_PROXY] = f"http://127.0.0.1:{server.server_address[1]}"
    os.environ[_TRUSTED] = str(certificate)


def publish(content: bytes) -> None:
    """What the site answers from now on."""
    _published["/ip-ranges.json"] = content


def clear() -> None:
    """The site has nothing."""
    _published.clear()


def _make_certificate(certificate: Path, key: Path) -> None:
    """Of the host, signed by itself."""
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(made.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 30 * _DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(made, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Proxy)
        self.context = context


class _Site(BaseHTTPRequestHandler):
    """Answers GET, with an entity tag."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        content = _published.get(self.path)
        tag = f'"{hashlib.md5(content or b"", usedforsecurity=False).hexdigest()}"'
        if content is None:
            self._answer(404)
        elif self.headers.get("If-None-Match") == tag:
            self._answer(304, tag)
        else:
            self._answer(200, tag, content)

    def _answer(self, status: int, tag: str = "", content: bytes = b"") -> None:
        self.send_response(status)
        if tag:
            self.send_header("ETag", tag)
        self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Nothing; the server's log is its own."""


class _Proxy(BaseHTTPRequestHandler):
    """Leads to the site, and nowhere else."""

    server: _Server

    def do_CONNECT(self) -> None:
        if self.path != f"{HOST}:443":
            self.send_error(502, f"the embedded AWS has no {self.path}")
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        with self.server.context.wrap_socket(self.connection, server_side=True) as connection:
            _Site(connection, self.client_address, self.server)
        self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Nothing; the server's log is its own."""
