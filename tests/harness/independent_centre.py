"""A centre written from docs/contract.md alone; nothing of the project is imported here.

So what this file does, a stranger can do: make the authority's tree, answer a hello, place a box,
have a playlist shown, and take the journal against a signed receipt. Whatever it needs to know has
to stand on the page. `tests/integration/test_independent_centre.py` leads a real agent with it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomqtt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PLACE = "84/29266/tv-cl-0007"
STATION = PLACE.rpartition("/")[2]
GROUP, SLOT = "84.29266", "ban_tin"
MEDIA_HOST = "127.0.0.1:8443"
LOCAL = timedelta(hours=7)
Json = dict[str, Any]


# Bytes: canonical JSON, keys and key ids, DSSE


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def canonical(value: Any) -> bytes:
    """Canonical JSON: as above with sorted members, and a line feed (of a PEM text) stays bare."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.replace("\\n", "\n").encode()


def utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> datetime:
    return datetime.now(UTC)


class Holder:
    """A person or a service with one key: Ed25519, or P-256 as a token has it."""

    def __init__(self, name: str, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self.name = name
        self._key = key
        if isinstance(key, Ed25519PrivateKey):
            kind, scheme = "ed25519", "ed25519"
            text = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        else:
            kind, scheme = "ecdsa", "ecdsa-sha2-nistp256"
            pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            text = pem.decode()
        self.public = {"keytype": kind, "scheme": scheme, "keyval": {"public": text}}
        self.keyid = hashlib.sha256(canonical(self.public)).hexdigest()

    def sign(self, message: bytes) -> bytes:
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(message)
        return self._key.sign(message, ec.ECDSA(SHA256()))  # DER


def with_file(name: str) -> Holder:
    return Holder(name, Ed25519PrivateKey.generate())


def with_token(name: str) -> Holder:
    return Holder(name, ec.generate_private_key(ec.SECP256R1()))


def pae(kind: str, payload: bytes) -> bytes:
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def wrap(payload: Json, *holders: Holder) -> bytes:
    """A signed document."""
    raw, kind = encode(payload), f"application/vnd.tramtin.{payload['kind']}.v1+json"
    signatures = [
        {"keyid": one.keyid, "sig": base64.b64encode(one.sign(pae(kind, raw))).decode()}
        for one in holders
    ]
    text = base64.b64encode(raw).decode()
    return encode({"payloadType": kind, "payload": text, "signatures": signatures})


def unwrap(message: bytes, channel: str, device: x509.Certificate) -> Json:
    """The content of a report, if the device has signed it."""
    envelope = json.loads(message)
    kind = f"application/vnd.tramtin.report.{channel}.v1+json"
    assert envelope["payloadType"] == kind
    (signature,) = envelope["signatures"]
    key = device.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert signature["keyid"] == hashlib.sha256(spki).hexdigest()
    payload = base64.b64decode(envelope["payload"])
    key.verify(base64.b64decode(signature["sig"]), pae(kind, payload), ec.ECDSA(SHA256()))
    return json.loads(payload)


# The tree of authority


class Tree:
    """Root with two holders; a ministry, a province, a commune, and the centre's machines."""

    def __init__(self) -> None:
        self.root = [with_file("Đỗ Văn Bắc"), with_token("Lý Thị Nam")]
        self.targets, self.province = with_file("Phạm Thị Dung"), with_file("Đỗ Thị Giang")
        self.commune = with_token("Nguyễn Thị Lan")
        self.time, self.receipt = with_file("Máy chủ giờ"), with_file("Máy chủ biên nhận")
        self.online = with_file("Máy chủ")
        self.root_file = self._root()
        self.files = self._files()

    def _root(self) -> bytes:
        people = {one.keyid: one.name for one in (*self.root, self.targets)}
        keys = {one.keyid: one.public for one in (*self.root, self.targets, self.online)}
        online = {"keyids": [self.online.keyid], "threshold": 1}
        signed = self._signed("root", timedelta(days=700)) | {
            "consistent_snapshot": True,
            "keys": keys,
            "roles": {
                "root": {"keyids": [one.keyid for one in self.root], "threshold": 2},
                "targets": {"keyids": [self.targets.keyid], "threshold": 1},
                "snapshot": online,
                "timestamp": online,
            },
            "x-holders": people,
            "x-demo": False,
        }
        return self._seal(signed, *self.root)

    def _files(self) -> dict[str, bytes]:
        """Name of the file to its text, as TUF names them with consistent snapshots."""
        targets = self._seal(
            self._delegating(
                self._role("vn.time", ["time"], ["config/*/*/*"], self.time),
                self._role("vn.receipt", ["ack"], ["config/*/*/*"], self.receipt),
                self._role(
                    "vn.84",
                    ["station-config"],
                    ["config/84/*/*", "routine/84/*/*", "authority/84/*/*"],
                    self.province,
                ),
                keys=[self.time, self.receipt, self.province],
            ),
            self.targets,
        )
        commune = self._role("vn.84.29266", ["playlist"], ["routine/84/29266/*"], self.commune)
        province = self._seal(self._delegating(commune, keys=[self.commune]), self.province)
        rows = {"targets.json": self._row(targets), "vn.84.json": self._row(province)}
        snapshot = self._signed("snapshot", timedelta(days=100)) | {"meta": rows}
        snapshot_file = self._seal(snapshot, self.online)
        timestamp = self._signed("timestamp", timedelta(days=30)) | {
            "meta": {"snapshot.json": self._row(snapshot_file)},
            "x-issued": utc(now()),
        }
        return {
            "1.root.json": self.root_file,
            "timestamp.json": self._seal(timestamp, self.online),
            "1.snapshot.json": snapshot_file,
            "1.targets.json": targets,
            "1.vn.84.json": province,
        }

    def _signed(self, kind: str, lifetime: timedelta) -> Json:
        expires = utc(now() + lifetime - timedelta(minutes=1))
        return {"_type": kind, "spec_version": "1.0.31", "version": 1, "expires": expires}

    def _role(self, name: str, kinds: list[str], paths: list[str], holder: Holder) -> Json:
        return {
            "name": name, "keyids": [holder.keyid], "threshold": 1, "terminating": False,
            "paths": paths, "x-kinds": kinds, "x-max-ttl-s": 400 * 86_400, "x-epoch": 1,
            "x-holders": {holder.keyid: holder.name},
        }  # fmt: skip

    def _delegating(self, *roles: Json, keys: list[Holder]) -> Json:
        delegations = {"keys": {one.keyid: one.public for one in keys}, "roles": list(roles)}
        signed = self._signed("targets", timedelta(days=300))
        return signed | {"targets": {}, "delegations": delegations}

    def _row(self, raw: bytes) -> Json:
        return {
            "version": 1,
            "length": len(raw),
            "hashes": {"sha256": hashlib.sha256(raw).hexdigest()},
        }

    def _seal(self, signed: Json, *holders: Holder) -> bytes:
        message = canonical(signed)
        signatures = [{"keyid": one.keyid, "sig": one.sign(message).hex()} for one in holders]
        return encode({"signatures": signatures, "signed": signed})


def pinned_root(holder: Holder) -> Json:
    """One person who places a box and fills its schedule, without a tree."""
    role = {
        "name": "vn.84.29266", "threshold": 1, "kinds": ["station-config", "playlist"],
        "paths": ["config/84/29266/*", "routine/84/29266/*"], "max_ttl_s": 400 * 86_400,
        "keys": {holder.keyid: holder.public}, "holders": {holder.keyid: holder.name},
    }  # fmt: skip
    return {"format": "tramtin-pinned-1", "demo": False, "version": 1, "roles": [role]}


# Topics


def level(name: str) -> str:
    return name.replace("_", "_5f").replace(".", "_2e")


def station_topic(kind: str, slot: str = "") -> str:
    return "/".join(part for part in ("tramtin/1/d", STATION, kind, level(slot)) if part)


def group_topic(kind: str, slot: str) -> str:
    return f"tramtin/1/g/{level(GROUP)}/{kind}/{level(slot)}"


def authority_topic(file: str) -> str:
    return f"tramtin/1/auth/{level(file)}"


# The centre


@dataclass
class Centre:
    """Answers each hello with the time, what the station lacks, and a receipt."""

    tree: Tree
    device: x509.Certificate
    client: aiomqtt.Client
    state: list[Json] = field(default_factory=list)
    hellos: list[Json] = field(default_factory=list)
    results: list[Json] = field(default_factory=list)
    healths: list[Json] = field(default_factory=list)
    records: list[Json] = field(default_factory=list)
    documents: dict[tuple[str, str], tuple[Json, bytes]] = field(default_factory=dict)
    _upto: int = 0
    _hash: str = "0" * 64
    _seq: int = 0

    def header(self, kind: str, issuer: str, class_: str, to: str, lifetime: timedelta) -> Json:
        self._seq += 1
        at = now()
        return {
            "kind": kind, "issuer": issuer, "class": class_, "to": [to],
            "doc_id": secrets.token_hex(16), "slot": kind, "epoch": 1, "seq": self._seq,
            "issued": utc(at), "not_before": utc(at), "expires": utc(at + lifetime),
            "editor": "Nguyễn Thị Lan", "approver": "Trần Văn Hòa",
        }  # fmt: skip

    async def publish(self, topic: str, message: bytes, *, retain: bool = False) -> None:
        await self.client.publish(topic, message, qos=1, retain=retain)

    async def publish_authority(self) -> None:
        for name, raw in self.tree.files.items():
            await self.publish(authority_topic(name), raw, retain=True)

    async def send(self, documents: Iterable[tuple[Json, bytes]]) -> None:
        """To the station alone, one right behind the other."""
        await asyncio.gather(
            *(
                self.publish(station_topic(document["kind"], document["slot"]), envelope)
                for document, envelope in documents
            )
        )

    def keep(self, document: Json, *holders: Holder) -> bytes:
        """Sign it; from now on it answers each hello that does not name it."""
        envelope = wrap(document, *holders)
        self.documents[document["issuer"], document["kind"]] = document, envelope
        return envelope

    async def hear(self) -> None:
        async for message in self.client.messages:
            await self._take(str(message.topic), bytes(message.payload))

    async def _take(self, topic: str, message: bytes) -> None:
        *shard, channel = topic.split("/")
        assert shard == ["tramtin", "1", "u", f"{zlib.crc32(STATION.encode()) % 64:02d}", STATION]
        if channel == "state":
            self.state.append(json.loads(message))
            return
        report = unwrap(message, channel, self.device)
        if channel == "hello":
            self.hellos.append(report)
            await self._answer(report)
        elif channel == "log":
            self._commit(report)
            await self._acknowledge(report["epoch"])
        else:
            {"res": self.results, "health": self.healths}[channel].append(report)

    async def _answer(self, hello: Json) -> None:
        header = self.header("time", "vn.time", "config", f"*/*/{STATION}", timedelta(minutes=5))
        time = header | {"nonce": hello["nonce"], "utc": utc(now())}
        await self.publish(station_topic("time"), wrap(time, self.tree.time))
        await self.send(one for one in self.documents.values() if not _is_held(*one, hello))
        await self._acknowledge(hello["epoch"])

    def _commit(self, batch: Json) -> None:
        """Store the records that follow; the chain proves that none is missing or changed."""
        for text in batch["records"]:
            record = json.loads(text)
            if record["seq"] <= self._upto:
                continue
            assert (record["seq"], record["prev"]) == (self._upto + 1, self._hash)
            chained = bytes.fromhex(self._hash) + text.encode()
            self._upto, self._hash = record["seq"], hashlib.sha256(chained).hexdigest()
            self.records.append(record)

    async def _acknowledge(self, journal: str) -> None:
        header = self.header("ack", "vn.receipt", "config", f"*/*/{STATION}", timedelta(days=30))
        ack = header | {"journal": journal, "upto": self._upto, "hash": self._hash, "window": 4}
        await self.publish(station_topic("ack"), wrap(ack, self.tree.receipt))

    def station_config(self) -> Json:
        header = self.header("station-config", "vn.84", "config", PLACE, timedelta(days=365))
        policy = {"quiet_hours": [], "media_hosts": [MEDIA_HOST]}
        return header | {
            "slot": "station", "place": PLACE, "groups": [GROUP], "zones": [], "policy": policy,
        }  # fmt: skip

    def playlist(self, moments: list[datetime]) -> Json:
        """A text on the board at some times; a day later a picture from an unnamed port."""
        header = self.header(
            "playlist", "vn.84.29266", "routine", "84/29266/*", timedelta(days=7)
        ) | {"slot": SLOT}
        digest = hashlib.sha256(b"a picture").hexdigest()
        medium = {
            "sha256": digest, "bytes": 9, "mime": "image/png", "duration_ms": 0,
            "urls": [f"https://127.0.0.1/{digest}"],
        }  # fmt: skip
        text = {"kind": "text", "box": [0, 0, 1000, 1000], "text": "Nước sạch"}
        picture = {"kind": "image", "box": [0, 0, 1000, 1000], "media": digest}
        entries = [
            _entry("e1", moments, text),
            _entry("e2", [moments[0] + timedelta(days=1)], picture),
        ]
        return header | {"media": [medium], "entries": entries}

    def verdicts_on(self, document: Json) -> list[tuple[str, str | None]]:
        """Result and code of each `res` about a document."""
        mine = [one for one in self.results if one["doc_id"] == document["doc_id"]]
        return [(one["result"], one["code"]) for one in mine]

    def has_accepted(self, document: Json) -> Callable[[], bool]:
        return lambda: ("accepted", None) in self.verdicts_on(document)


def _is_held(document: Json, envelope: bytes, hello: Json) -> bool:
    slot = "{issuer}/{kind}/{slot}".format_map(document)
    sha256 = hashlib.sha256(base64.b64decode(json.loads(envelope)["payload"])).hexdigest()
    return bool(hello["holds"].get(slot) == [document["epoch"], document["seq"], sha256])


def _entry(id_: str, moments: list[datetime], element: Json) -> Json:
    """Once at each moment; the local days of all of them are allowed."""
    local = sorted(one + LOCAL for one in moments)
    when = {
        "at": sorted({f"{one:%H:%M:%S}" for one in local}), "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "from": f"{local[0]:%Y-%m-%d}", "until": f"{local[-1]:%Y-%m-%d}",
    }  # fmt: skip
    return {
        "id": id_, "title": "Nước sạch", "lang": "vi", "zones": ["*"], "when": when,
        "start": {"kind": "at"}, "body": {"scene": {"elements": [element], "ms": 1000}},
    }  # fmt: skip
