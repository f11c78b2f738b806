"""Bodies made to exhaust memory or time: refused early, with flat memory."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from tests.integration.api.conftest import JSON, NDJSON, make_backend
from tests.integration.syncs.processes import start_process

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])

MIB = 1024 * 1024
MORE_MEMORY = 30 * MIB
SECONDS = 5.0
"""Far above what is measured (0.3 s), far below what a whole gibibyte takes."""

_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


def bomb(start: bytes, filling: bytes, *, mebibytes: int = 1024) -> bytes:
    """A gzip body of that size, made of one deflate block repeated; nobody reaches its end."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    opened = deflate.compress(start) + deflate.flush(zlib.Z_FULL_FLUSH)
    block = deflate.compress(filling * (MIB // len(filling))) + deflate.flush(zlib.Z_FULL_FLUSH)
    return _GZIP_HEADER + opened + block * mebibytes


PUSH = """
import json, re, time
from pathlib import Path
from django.test import Client
client = Client(SERVER_NAME="127.0.0.1", headers={{"Authorization": "Bearer {token}"}})
def push(body, media_type, encoding="gzip"):
    headers = {{"Content-Encoding": encoding}}
    return client.post({path!r}, body, content_type=media_type, headers=headers).status_code
def memory():
    # Not getrusage: its peak begins with that of the parent process.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
push(b"x" * 2_000_000, "application/json", "identity")
for file, media_type in {files!r}:
    body, before, began = Path(file).read_bytes(), memory(), time.monotonic()
    status = push(body, media_type)
    print(json.dumps([status, memory() - before, time.monotonic() - began]))
"""
BOMBS = {
    "a gibibyte of zeros": (bomb(b"", b"\0"), NDJSON, 413),
    "newlines": (bomb(b"", b"\n"), NDJSON, 413),
    "empty records": (bomb(b"", b"{}\n"), NDJSON, 413),
    "bad records": (bomb(b"", b"x\n"), NDJSON, 413),
    "no array": (bomb(b"", b"\0"), JSON, 400),
    "blanks": (bomb(b"", b" "), JSON, 413),
    "an array of blanks": (bomb(b"[", b" "), JSON, 413),
    "numbers": (bomb(b"[", b"1,"), JSON, 413),
    "empty arrays": (bomb(b"[", b"[],"), JSON, 413),
    "brackets": (bomb(b"", b"["), JSON, 413),
    "a long string": (bomb(b'["', b"a"), JSON, 413),
    "escapes": (bomb(b'["', b'\\"'), JSON, 413),
}


def test_bombs_are_refused_with_flat_memory(tmp_path: Path) -> None:
    backend = make_backend()
    files = []
    for number, (body, media_type, _status) in enumerate(BOMBS.values()):
        file = tmp_path / f"{number}.gz"
        file.write_bytes(body)
        files.append((str(file), media_type))
    process = start_process(PUSH.format(path=backend.path, token=backend.token, files=files))
    out, err = process.communicate(timeout=100)
    told = {name: json.loads(line) for name, line in zip(BOMBS, out.splitlines(), strict=True)}
    assert {name: one[0] for name, one in told.items()} == {
        name: status for name, (_body, _media_type, status) in BOMBS.items()
    }, err
    assert max(grown for _status, grown, _seconds in told.values()) < MORE_MEMORY, told
    assert max(seconds for _status, _grown, seconds in told.values()) < SECONDS, told
    assert backend.kept() == []
