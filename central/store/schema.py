"""The centre's tables, for SQLite and PostgreSQL alike.

A change here needs a migration beside it (`central.store.migrations`); a test compares the two.
"""

from __future__ import annotations

import sqlalchemy as sa

# 64 bits in both: SQLite numbers rows by itself only under the type INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData()
stations = sa.Table(
    "stations", metadata,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("certificate", sa.Text, nullable=False),
    sa.Column("keyid", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text),  # its reports are refused since then
    sa.Column("revoked_why", sa.Text),
    sa.Column("box", sa.BigInteger),  # how many boxes have had this id; NULL: one
)  # fmt: skip
presence = sa.Table(
    "presence", metadata,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("online", sa.Boolean, nullable=False),
    sa.Column("session", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)  # fmt: skip
latest = sa.Table(
    "latest", metadata,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),  # hello, health
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)  # fmt: skip
records = sa.Table(
    "records", metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("epoch", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, index=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.UniqueConstraint("station", "epoch", "seq"),
)  # fmt: skip
# One row for each record of kind `play`, in the order of arrival; what a box did not report is
# NULL.
plays = sa.Table(
    "plays", metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("epoch", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("output", sa.Text),
    sa.Column("medium", sa.Text),  # sound, picture
    sa.Column("zones", sa.Text),  # a JSON list
    sa.Column("doc_id", sa.Text),
    sa.Column("doc_sha256", sa.Text),
    sa.Column("item", sa.Text),  # the entry's id
    sa.Column("slot", sa.Text),  # of the document as the centre published it
    sa.Column("title", sa.Text),
    sa.Column("issuer", sa.Text),
    sa.Column("editor", sa.Text),
    sa.Column("approver", sa.Text),
    sa.Column("class", sa.Text),
    sa.Column("level", sa.Text),
    sa.Column("lang", sa.Text),
    sa.Column("planned_start", sa.Text),  # times: UTC, so that texts sort as moments do
    sa.Column("planned_end", sa.Text),
    sa.Column("started_at", sa.Text),
    sa.Column("ended_at", sa.Text),
    sa.Column("duration_ms", sa.BigInteger),
    sa.Column("result", sa.Text),  # full, cut, skipped, failed
    sa.Column("reason", sa.Text),
    sa.Column("proof", sa.Text),  # A0 to A6, the highest that is known
    sa.Column("gain_db", sa.Float),
    sa.Column("underruns", sa.BigInteger),
    sa.Column("started_by", sa.Text),
    sa.Column("words_missing", sa.Text),  # a JSON list of languages
    sa.Column("source", sa.Text),
    sa.Column("ref", sa.Text),
    sa.Column("field", sa.BigInteger),  # lĩnh vực, 1 to 6
    sa.Column("essential", sa.Boolean),
    sa.Column("advert", sa.Boolean),
    sa.Column("gain_end_db", sa.Float),
    sa.Column("est_dba", sa.Float),  # at the nearest home
    sa.Column("cap", sa.Text),
    sa.Column("proof_method", sa.Text),  # by what `proof` was reached after the play
    sa.Column("heard", sa.Boolean),  # False: played, and nothing was found; None: not known
    sa.Column("proof_why", sa.Text),  # why it is not known, where the station had witnesses
    sa.Column("clock_error_ms", sa.Float),  # half-width, when it began
    sa.Column("clock_source", sa.Text),  # nts, centre
    sa.Column("card", sa.Text),  # the fallback card on which it sounded
    sa.Column("safe_mode", sa.Boolean),  # through `aplay`
    sa.Column("music", sa.Boolean),
    sa.UniqueConstraint("station", "epoch", "seq"),
    sa.ForeignKeyConstraint(
        ["station", "epoch", "seq"], ["records.station", "records.epoch", "records.seq"]
    ),
    sa.Index("plays_by_station", "station", "started_at"),
    sa.Index("plays_by_start", "started_at"),
    sa.Index("plays_by_document", "doc_id"),
)  # fmt: skip
confirmations = sa.Table(
    "confirmations", metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("epoch", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # when it was entered
    sa.Column("by", sa.Text, nullable=False),  # who heard it, or did not
    sa.Column("heard", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(
        ["station", "epoch", "seq"], ["records.station", "records.epoch", "records.seq"]
    ),
    sa.Index("confirmations_by_play", "station", "epoch", "seq"),
)  # fmt: skip
cursors = sa.Table(
    "cursors", metadata,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("epoch", sa.Text, primary_key=True),
    sa.Column("upto", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("hole", sa.BigInteger),  # first seq of a batch seen beyond a hole
)  # fmt: skip
results = sa.Table(
    "results", metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("doc_id", sa.Text),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("results_by_station", "station", "number"),
    sa.Index("results_by_document", "doc_id"),
)  # fmt: skip
faults = sa.Table(
    "faults", metadata,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("epoch", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("times", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)  # fmt: skip
pictures = sa.Table(
    "pictures", metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("face", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # when the box took it
    sa.Column("doc_id", sa.Text),  # of the command
    sa.Column("frame_sha256", sa.Text, nullable=False),
    sa.Column("png", sa.LargeBinary, nullable=False),
    sa.Index("pictures_by_face", "station", "face", "number"),
)  # fmt: skip
# how much came from a station on a UTC day: see central.collector.report_store
intake_of_day = sa.Table(
    "intake_of_day", metadata,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("records", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
)  # fmt: skip
documents = sa.Table(
    "documents", metadata,
    sa.Column("target", sa.Text, primary_key=True),  # d/<station> or g/<group>
    sa.Column("place", sa.Text, primary_key=True),  # <issuer>/<kind>/<slot or event>
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("slot", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),  # milliseconds since 1970 where none is given
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("expires", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("envelope", sa.LargeBinary, nullable=False),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.Column("is_sent", sa.Boolean, nullable=False),
    sa.Index("documents_by_sha256", "sha256"),
)  # fmt: skip
# What ever was published, for the days that are over: see central.store.publication_history.
envelopes = sa.Table(
    "envelopes", metadata,
    sa.Column("digest", sa.Text, primary_key=True),  # SHA-256 of the bytes
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)  # fmt: skip
publications = sa.Table(
    "publications", metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("target", sa.Text, nullable=False),  # as in `documents`, like all up to `expires`
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("doc_id", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),  # of `envelopes`
    sa.Column("expires", sa.Text, nullable=False),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.Column("is_first_known", sa.Boolean, nullable=False),  # what was there before is not kept
    sa.Index("publications_by_target", "target", "place"),
    sa.Index("publications_by_sha256", "sha256"),
    sa.Index("publications_by_expiry", "expires"),
)  # fmt: skip
acceptances = sa.Table(
    "acceptances", metadata,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),  # of a published document's payload
    sa.Column("accepted_at", sa.Text),  # when the station said so first
    sa.Column("refused_at", sa.Text),  # when it said so last
    sa.Column("code", sa.Text),  # of that refusal
    sa.Index("acceptances_by_sha256", "sha256"),
)  # fmt: skip
withdrawals = sa.Table(
    "withdrawals", metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("doc_id", sa.Text, nullable=False, index=True),
    sa.Column("is_revoked", sa.Boolean, nullable=False),  # False: brought back into force
    sa.Column("at", sa.Text, nullable=False),
)  # fmt: skip
revocations = sa.Table(
    "revocations", metadata,
    sa.Column("doc_id", sa.Text, primary_key=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("is_revoked", sa.Boolean, nullable=False),
)  # fmt: skip
overrides = sa.Table(
    "overrides", metadata,
    sa.Column("target", sa.Text, primary_key=True),  # d/<station> or g/<group>
    sa.Column("sha256", sa.Text, primary_key=True),  # of the document's payload
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),  # as the person who published gave it
    sa.Column("objections", sa.Text, nullable=False),  # what was foreseen, a line each
)  # fmt: skip
authority = sa.Table(
    "authority", metadata,
    sa.Column("file", sa.Text, primary_key=True),  # its name on the wire, as 3.vn.84.json
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),  # empty: to be cleared at the broker
    sa.Column("generation", sa.Integer, nullable=False),  # 0 in force, 1 the set before, 2 older
    sa.Column("is_sent", sa.Boolean, nullable=False),
)  # fmt: skip
collectors = sa.Table(
    "collectors", metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),  # the last sign of life
    sa.Column("is_connected", sa.Boolean, nullable=False),
)  # fmt: skip
relays = sa.Table(
    "relays", metadata,
    sa.Column("relay", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # programme, lost, stalled, blank
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", sa.Text, nullable=False),
    sa.Column("ends", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # the last sign of life
)  # fmt: skip
# Enrolment of boxes: see central.enrolment.
device_certificates = sa.Table(
    "device_certificates", metadata,
    sa.Column("serial", sa.Text, primary_key=True),  # hex
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("keyid", sa.Text, nullable=False, index=True),
    sa.Column("certificate", sa.Text, nullable=False),
    sa.Column("issued_at", sa.Text, nullable=False),
    sa.Column("valid_until", sa.Text, nullable=False),
    sa.Column("request", sa.Text),  # NULL: a renewal
    sa.Column("state", sa.Text, nullable=False),  # issued, in_use, superseded, revoked
    sa.Column("revoked_at", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Index("device_certificates_by_station", "station", "state"),
)  # fmt: skip
enrolments = sa.Table(
    "enrolments", metadata,
    sa.Column("request", sa.Text, primary_key=True),
    sa.Column("token_sha256", sa.Text, nullable=False),
    sa.Column("code_sha256", sa.Text, nullable=False, index=True),
    sa.Column("serial", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("agent_version", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("features", sa.Text, nullable=False),  # a JSON list
    sa.Column("csr", sa.Text, nullable=False),
    sa.Column("keyid", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # pending, approved, taken, denied, ended
    sa.Column("opened_at", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("polled_at", sa.Text),
    sa.Column("interval_s", sa.BigInteger, nullable=False),
    sa.Column("wrong_codes", sa.BigInteger, nullable=False),
    sa.Column("station", sa.Text),
    sa.Column("kind", sa.Text),  # new, again, replace
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("certificate", sa.Text),  # serial of the one that was issued
    sa.Index("enrolments_by_state", "state", "serial"),
    sa.Index("enrolments_by_address", "address", "opened_at"),
)  # fmt: skip
enrolment_approvals = sa.Table(
    "enrolment_approvals", metadata,
    sa.Column("request", sa.Text, primary_key=True),
    sa.Column("keyid", sa.Text, primary_key=True),  # of the operator
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("envelope", sa.LargeBinary, nullable=False),  # what was signed
    sa.Column("at", sa.Text, nullable=False),
)  # fmt: skip
enrolment_locks = sa.Table(
    "enrolment_locks", metadata,
    sa.Column("who", sa.Text, primary_key=True),  # an operator, or an address
    sa.Column("wrong_codes", sa.BigInteger, nullable=False),
    sa.Column("since", sa.Text, nullable=False),
)  # fmt: skip
enrolment_log = sa.Table(
    "enrolment_log", metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),  # an operator, or the address of a box
    sa.Column("station", sa.Text),
    sa.Column("request", sa.Text),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("enrolment_log_by_station", "station", "number"),
)  # fmt: skip
crls = sa.Table(
    "crls", metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("revoked", sa.BigInteger, nullable=False),  # certificates in it
    sa.Column("der", sa.LargeBinary, nullable=False),
)  # fmt: skip
