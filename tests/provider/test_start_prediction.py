"""`start_prediction`: an id, a refusal or an uncertainty, and one request whatever happens."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from core.failures import FailureCode
from core.limits import ProviderLimits
from core.provider.client import Provider, StartRefused, StartUncertain
from core.settings import Settings
from tests.provider.conftest import connected
from tests.support.emulator import Fault
from tests.support.faults import NEVER_ENDING, NO_ANSWER, answering, answering_text
from tests.support.limits import with_limits
from tests.support.orders import order
from tests.support.provider import EmulatedProvider
from tests.support.servers import free_port

ODD_BUT_STARTED: dict[str, dict[str, object]] = {
    "nothing but an id": {},
    "aborted": {"status": "aborted"},
    "an unknown status": {"status": "queued"},
    "no version": {"status": "starting", "version": None, "model": None},
    "an error that is no string": {"status": "failed", "error": {"code": 7}},
}
NO_USABLE_ID: dict[str, object] = {
    "an empty object": {},
    "no id": {"status": "starting"},
    "an empty id": {"id": ""},
    "a number": {"id": 7},
    "null": {"id": None},
    "another path": {"id": "../account"},
    "a line break": {"id": "p1\n"},
    "a NUL": {"id": "p\x00"},
    "no end": {"id": "p" * 5000},
}


async def test_a_start_returns_the_predictions_id(replicate: Provider, provider: EmulatedProvider) -> None:
    assert await replicate.start_prediction(order=order("a red kite")) == provider.last_id
    assert provider.creates == 1


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_every_kind_of_success_is_a_start(
    replicate: Provider, provider: EmulatedProvider, status: int
) -> None:
    provider.emulator.fault = answering(status, {"id": "p1", "status": "starting"})
    assert await replicate.start_prediction(order=order("a red kite")) == "p1"


@pytest.mark.parametrize("reply", ODD_BUT_STARTED.values(), ids=ODD_BUT_STARTED)
async def test_a_reply_that_the_client_cannot_parse_still_has_its_id(
    replicate: Provider, provider: EmulatedProvider, reply: dict[str, object]
) -> None:
    provider.emulator.fault = answering(201, {"id": "p1", **reply})
    assert await replicate.start_prediction(order=order("a red kite")) == "p1"
    assert provider.creates == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, FailureCode.PROVIDER_ERROR),
        (401, FailureCode.PROVIDER_REJECTED),
        (402, FailureCode.PROVIDER_BILLING),
        (403, FailureCode.PROVIDER_ERROR),
        (404, FailureCode.PROVIDER_ERROR),
        (422, FailureCode.PROVIDER_REJECTED),
        (429, FailureCode.PROVIDER_BUSY),
    ],
)
async def test_a_client_error_is_a_refusal_with_its_cause(
    replicate: Provider, provider: EmulatedProvider, status: int, code: FailureCode
) -> None:
    provider.emulator.fault = answering(status)
    with pytest.raises(StartRefused) as refusal:
        await replicate.start_prediction(order=order("a red kite"))
    assert refusal.value.code is code
    assert provider.creates == 1


@pytest.mark.parametrize(
    "fault", [answering(422, ["no"]), answering_text(422, "<html>")], ids=["list", "HTML"]
)
async def test_a_refusal_needs_no_readable_body(
    replicate: Provider, provider: EmulatedProvider, fault: Fault
) -> None:
    provider.emulator.fault = fault
    with pytest.raises(StartRefused, match="PROVIDER_REJECTED"):
        await replicate.start_prediction(order=order("a red kite"))


@pytest.mark.parametrize("fault", NO_ANSWER.values(), ids=NO_ANSWER)
async def test_without_a_readable_answer_the_start_is_uncertain_and_not_repeated(
    replicate: Provider, provider: EmulatedProvider, fault: Fault
) -> None:
    provider.emulator.fault = fault
    with pytest.raises(StartUncertain):
        await replicate.start_prediction(order=order("a red kite"))
    assert provider.creates == 1


@pytest.mark.parametrize("reply", NO_USABLE_ID.values(), ids=NO_USABLE_ID)
async def test_without_a_usable_id_the_start_is_uncertain(
    replicate: Provider, provider: EmulatedProvider, reply: object
) -> None:
    provider.emulator.fault = answering(201, reply)
    with pytest.raises(StartUncertain):
        await replicate.start_prediction(order=order("a red kite"))


@with_limits(provider=ProviderLimits(start_seconds=0.2))
@pytest.mark.parametrize("fault", NEVER_ENDING.values(), ids=NEVER_ENDING)
async def test_a_start_that_never_ends_is_uncertain_after_its_time_limit(
    replicate: Provider, provider: EmulatedProvider, fault: Fault
) -> None:
    assert ProviderLimits().start_seconds == 20
    provider.emulator.fault = fault
    started = time.monotonic()
    with pytest.raises(StartUncertain):
        await replicate.start_prediction(order=order("a red kite"))
    assert time.monotonic() - started < 5
    assert provider.creates == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_provider_that_was_never_reached_has_started_nothing(settings: Settings, scheme: str) -> None:
    dead = settings.model_copy(update={"replicate_base_url": f"{scheme}://127.0.0.1:{free_port()}"})
    async with connected(dead) as replicate:
        with pytest.raises(StartRefused, match="PROVIDER_ERROR"):
            await replicate.start_prediction(order=order("a red kite"))


@pytest.mark.asvs("12.3.2")
async def test_a_server_that_nobody_has_vouched_for_hears_nothing(settings: Settings, tmp_path: Path) -> None:
    async with self_signed_server(tmp_path) as (address, trusting, heard):
        stranger = settings.model_copy(update={"replicate_base_url": address})
        async with connected(stranger) as replicate:
            with pytest.raises(StartRefused, match="PROVIDER_ERROR"):
                await replicate.start_prediction(order=order("a red kite"))
        assert heard == []
        async with httpx.AsyncClient(verify=trusting) as client:
            assert (await client.get(address)).status_code == 204
        assert heard == [b"GET / HTTP/1.1\r\n"]


@asynccontextmanager
async def self_signed_server(
    folder: Path,
) -> AsyncIterator[tuple[str, ssl.SSLContext, list[bytes]]]:
    """Its address, what one would have to trust, and the first line of each request that it has read."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    ).public_bytes(Encoding.PEM)
    file = folder / "server.pem"
    file.write_bytes(certificate + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"https://127.0.0.1:{port}", ssl.create_default_context(cadata=certificate.decode()), heard


@pytest.mark.asvs("12.3.2")
async def test_a_failed_tls_handshake_has_started_nothing(
    settings: Settings, provider: EmulatedProvider
) -> None:
    tls = settings.model_copy(update={"replicate_base_url": provider.url.replace("http:", "https:")})
    async with connected(tls) as replicate:
        with pytest.raises(StartRefused, match="PROVIDER_ERROR"):
            await replicate.start_prediction(order=order("a red kite"))
    assert provider.creates == 0
