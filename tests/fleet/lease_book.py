"""What a phone's lease must be, told in the simplest way: a book of grants, of which at most the last one counts."""

from dataclasses import dataclass, field


@dataclass
class Grant:
    """One lease: who, how urgent, until when. `over` once it was released, broken, or taken from its holder."""

    token: int
    who: str
    priority: int
    until: float
    over: bool = False


@dataclass
class LeaseBook:
    """Every lease a phone ever had. `now` is in seconds."""

    now: float = 0.0
    grants: list[Grant] = field(default_factory=list[Grant])
    highest: int = 0

    def current(self) -> Grant | None:
        last = self.grants[-1] if self.grants else None
        return last if last is not None and not last.over and self.now < last.until else None

    def may_take(self, who: str, priority: int, *, breaks_in: bool) -> bool:
        held = self.current()
        return held is None or held.who == who or (breaks_in and priority > held.priority)

    def take(self, who: str, priority: int, ttl_s: float) -> Grant:
        held = self.current()
        if held is not None and held.who == who:
            held.until = self.now + ttl_s
            return held
        if held is not None:
            held.over = True
        self.highest += 1
        grant = Grant(self.highest, who, priority, self.now + ttl_s)
        self.grants.append(grant)
        return grant

    def may_renew(self, token: int) -> bool:
        held = self.current()
        return held is not None and held.token == token

    def end(self, token: int) -> None:
        for grant in self.grants:
            grant.over = grant.over or grant.token == token

    def break_(self) -> None:
        self.grants[-1].over = True
        self.highest += 1
