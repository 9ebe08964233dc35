"""How a gateway's answers are understood, against a small server; and what the files hold."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.files.storage import default_storage

from notices.gateways import AddressRefused, Outgoing, TryLater, Uncertain, Unreachable, gateway_of
from notices.gateways.files import DigitalPostFiles, SmsFiles
from notices.gateways.http import DigitalPostHttp, SmsHttp


def outgoing(**changes):
    return Outgoing(
        **{
            "number": "7.alpha",
            "addresses": ("+4520304050",),
            "sender": "Skovby Bibliotek",
            "sms_sender": "Skovby",
            "reply_to": "",
            "subject": "Klar til afhentning",
            "body": "Klar: Æblehøst",
            "pdf": lambda: b"%PDF-1.4 letter",
            **changes,
        }
    )


@pytest.fixture
def provider():
    """A provider that answers with `status` and keeps what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.asked.append((self.path, dict(self.headers), json.loads(body)))
            if server.status is None:
                self.close_connection = True
                return
            self.send_response(server.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.status = [], 202
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sms(provider, settings):
    settings.SMS_GATEWAY_URL = f"http://:secret%2F1@127.0.0.1:{provider.server_port}/send?account=9"
    gateway = SmsHttp()
    gateway.open()
    yield gateway
    gateway.close()


def test_hands_over_a_text_message(provider, sms):
    sms.deliver(outgoing())
    sms.open()
    sms.deliver(outgoing(number="8.alpha"))

    (path, headers, facts), (_, _, second) = provider.asked
    assert path == "/send?account=9"
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer secret/1", "7.alpha")
    assert facts == {"id": "7.alpha", "to": "+4520304050", "from": "Skovby", "text": "Klar: Æblehøst"}
    assert second["id"] == "8.alpha"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, AddressRefused),
        (422, AddressRefused),
        (401, TryLater),
        (429, TryLater),
        (503, TryLater),
        (500, Uncertain),
        (504, Uncertain),
        (302, Uncertain),
        (None, Uncertain),
    ],
)
def test_understands_the_answer(provider, sms, status, error):
    provider.status = status

    with pytest.raises(error):
        sms.deliver(outgoing())


def test_says_when_nobody_answers(provider, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/send"

    with pytest.raises(Unreachable):
        SmsHttp().open()


def test_hands_over_digital_post_with_its_letter(provider, settings):
    settings.DIGITAL_POST_URL = f"http://user:word@127.0.0.1:{provider.server_port}"
    gateway = DigitalPostHttp()
    gateway.open()

    gateway.deliver(outgoing(addresses=("0101901234",)))
    gateway.close()

    [(path, headers, facts)] = provider.asked
    assert path == "/"
    assert headers["Authorization"] == "Basic dXNlcjp3b3Jk"
    assert facts == {
        "id": "7.alpha",
        "to": "0101901234",
        "from": "Skovby Bibliotek",
        "subject": "Klar til afhentning",
        "text": "Klar: Æblehøst",
        "pdf": "JVBERi0xLjQgbGV0dGVy",
    }


@pytest.mark.django_db
def test_writes_files_into_the_municipalitys_folder(alpha):
    gateway = SmsFiles()
    gateway.open()
    gateway.deliver(outgoing())
    gateway.deliver(outgoing())
    gateway.close()

    assert "/alpha" in default_storage.location
    names = default_storage.listdir("messages/sms")[1]
    assert [name for name in names if name.startswith("7.alpha")] == ["7.alpha.json"]
    with default_storage.open("messages/sms/7.alpha.json") as file:
        assert json.load(file) == {"to": "+4520304050", "from": "Skovby", "text": "Klar: Æblehøst", "parts": 1}


@pytest.mark.django_db
def test_file_of_digital_post_keeps_the_identity_number_to_itself(alpha):
    DigitalPostFiles().deliver(outgoing(addresses=("0101901234",)))

    with default_storage.open("messages/digital-post/7.alpha.json") as file:
        assert json.load(file)["to"] == "…34"
    with default_storage.open("messages/digital-post/7.alpha.pdf") as file:
        assert file.read() == b"%PDF-1.4 letter"


def test_takes_a_class_of_ones_own(settings):
    settings.NOTICE_GATEWAYS = {"SMS": "tests.notices.mail_servers.OwnGateway"}

    assert type(gateway_of("SMS")).__name__ == "OwnGateway"
