"""Whatever happens in whatever order: who left is never active again without a confirmation of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from subscribers import store
from subscribers.consent import Act
from subscribers.error import RefusedError
from subscribers.row import parse_row
from subscribers.subscriber import SUPPRESSED, Status
from subscribers.tokens import Keys, mac

from .conftest import open_list

ADDRESSES = st.sampled_from(["ann@x.org", "Ann@X.org", "bob@x.org"])
HASHED = partial(mac, Keys((b"k" * 32,)))


class List(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.engine = open_list()
        self.now = datetime(2025, 1, 1, tzinfo=UTC)
        self.barred: set[str] = set()

    def teardown(self):
        self.engine.dispose()

    def write(self, call):
        self.now += timedelta(minutes=1)
        try:
            with self.engine.begin() as connection:
                return call(connection)
        except RefusedError:
            return None

    @rule(address=ADDRESSES, how=st.sampled_from(["signup", "command"]), confirmed=st.booleans())
    def add(self, address, how, confirmed):
        options = {"how": how, "confirmed": confirmed, "consent_text": "Yes", "mac": HASHED}
        self.write(lambda connection: store.add(connection, address=address, now=self.now, **options))

    @rule(address=ADDRESSES, act=st.sampled_from([each for each in Act if each is not Act.ERASE]))
    def act(self, address, act):
        def call(connection):
            known = store.by_address(connection, address)
            return known and store.act(connection, known.id, act, now=self.now, how="test")

        before = self.status(address)
        after = self.write(call)
        if after and act is Act.CONFIRM and before is Status.PENDING:
            self.barred.discard(after.key)
        if after and after.status in SUPPRESSED:
            self.barred.add(after.key)

    @rule(address=ADDRESSES)
    def erase(self, address):
        def call(connection):
            if known := store.by_address(connection, address):
                store.erase(connection, known.id, mac=HASHED, now=self.now)
            return known

        if erased := self.write(call):
            self.barred.add(erased.key)

    @rule(address=ADDRESSES, status=st.sampled_from(["", *Status]), consent=st.booleans(), apply=st.booleans())
    def import_one(self, address, status, consent, apply):
        cells = {"email": address, "status": status, "consent_at": "2024-05-01" if consent else ""}
        rows = [parse_row(2, cells), parse_row(3, {"email": "carol@x.org", "consent_at": "2024-05-01"})]
        options = {"now": self.now, "mac": HASHED, "declared": "They said so"}

        def call(connection):
            return list(store.import_rows(connection, rows, apply=apply, **options))

        with self.engine.begin() as connection:
            before = [*store.export(connection)]
            foreseen = list(store.import_rows(connection, rows, apply=False, **options))
            assert [*store.export(connection)] == before, "a dry run wrote"
        assert self.write(call) == foreseen
        for key in ("ann@x.org", "bob@x.org"):
            if self.status(key) in SUPPRESSED:
                self.barred.add(key)

    def status(self, address):
        with self.engine.connect() as connection:
            found = store.by_address(connection, address)
        return found and found.status

    @invariant()
    def nobody_barred_is_written_to(self):
        with self.engine.connect() as connection:
            reached = store.readers(connection, newsletter="weekly", schedule="weekly", first=True)
        assert not {each.key for each in reached} & self.barred


List.TestCase.settings = settings(max_examples=25, stateful_step_count=20)
TestList = List.TestCase
