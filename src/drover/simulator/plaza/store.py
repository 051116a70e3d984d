"""What Plaza keeps on the phone, beyond the end of its process."""

from dataclasses import asdict, dataclass

from drover.simulator.handset import JsonValue


@dataclass
class Store:
    """Plaza's stored data. `permission` and `update` are the answers given to those popups, empty before."""

    onboarded: bool = False
    logged_in: bool = False
    username: str = ""
    name: str = ""
    bio: str = ""
    gender: str = ""
    saves: int = 0
    logins: int = 0
    permission: str = ""
    update: str = ""

    def as_json(self) -> dict[str, JsonValue]:
        """Return the stored data for the control API."""
        return asdict(self)

    def log_in(self, username: str) -> None:
        """Keep the login; a first one also names the person."""
        if username != self.username:
            self.name = (
                " ".join(word.capitalize() for word in username.replace("_", ".").split(".") if word) or username
            )
            self.bio, self.gender = "", ""
        self.logged_in = True
        self.username = username
        self.logins += 1

    def save_profile(self, name: str, username: str, bio: str, gender: str) -> None:
        """Keep an edited profile."""
        self.name, self.username, self.bio, self.gender = name, username, bio, gender
        self.saves += 1
