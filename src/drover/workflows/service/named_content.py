"""Which content is named: by definitions, and by runs that are not long over."""

import asyncio
from collections.abc import Collection
from datetime import datetime

from drover.platform.blobs import BlobMissing
from drover.platform.content import Content
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation, OneClient
from drover.sequences.record_files import digests_in
from drover.tenancy.service import Clients
from drover.workflows.repository import named_content


class NamedContent:
    """Asks for all clients of the installation, one after the other."""

    def __init__(self, database: Database, clients: Clients, content: Content) -> None:
        self._database = database
        self._clients = clients
        self._content = content

    async def older_than(self, before: datetime) -> frozenset[str]:
        """Return the digests of all content that is named and may have been put before that moment.

        What a run that ended before then names is not among it. Raises RecordUnreadable.
        """
        async with self._database.reading(Installation()) as unit:
            clients = await self._clients.every(unit)
        named = frozenset[str]()
        for client in clients:
            async with self._database.reading(OneClient(client.organization, client.id)) as unit:
                definitions = await named_content.of_definitions(unit)
                runs, records = await named_content.of_runs(unit, before)
            named |= definitions | runs | await self._in_records(records)
        return named

    async def _in_records(self, records: Collection[str]) -> frozenset[str]:
        found = frozenset[str]()
        for digest in sorted(records):
            try:
                record = await self._content.get(digest)
            except BlobMissing:
                continue  # it was never handed over: then nothing that it names was
            found |= await asyncio.to_thread(digests_in, record)
        return found
