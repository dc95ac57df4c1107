"""A city that publishes, is backed up, goes on, and is restored: two timelines of one installation, side by side."""

from pathlib import Path

from sqlalchemy import Engine

from service.database import open_engine
from service.restoring.backup import back_up, load_backup
from service.wiring import Yinzheng
from tests.public_parts import published_city, with_folder

BY, SECOND = "运维甲", "运维乙"


class TwoTimelines:
    """`city` goes on after the backup; `restored` knows what the backup knew, and what the public has seen since."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.public = folder, folder / "public"
        self.city = published_city(self.public)
        self.engines: list[Engine] = []
        self.report: dict[str, object] = {}

    def back_up(self) -> None:
        """A backup of the city as it is now."""
        self.city.clock.forward(seconds=2)
        self.city.yinzheng.publisher.refresh(self.city.clock())
        data = self.folder / "data"
        (data / "keys").mkdir(parents=True, exist_ok=True)
        (data / "keys" / "one.key").write_bytes(b"sealed")
        back_up(self.city.engine, data, self.folder / "backup", self.city.clock())
        self.ring = self.city.ring.twin()
        self.city.clock.forward(seconds=2)

    def restore(self, engine: Engine | None = None) -> Yinzheng:
        """An installation made of the backup, in the database given; may be made again and again."""
        self.city.clock.forward(seconds=2)
        place = len(self.engines)
        engine = engine or open_engine(f"sqlite:///{self.folder / f'restored-{place}.db'}")
        self.engines.append(engine)
        load_backup(self.folder / "backup", self.folder / f"new-{place}", engine, self.city.clock(), BY, SECOND)
        restored = with_folder(self.city, self.public, engine, self.ring.twin())
        self.report = restored.take_up_published(BY, SECOND)
        self.city.clock.forward(seconds=2)
        return restored

    def close(self) -> None:
        for engine in self.engines:
            engine.dispose()
        self.city.close()
