"""What one account has put on Plaza: posts, stories, highlights, messages, and whom it follows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from drover.simulator.handset import JsonValue
from drover.simulator.plaza.library import Picture


@dataclass(frozen=True, slots=True)
class SharedPost:
    """A post; `at` is the wall clock's minute at which it was shared, as ISO 8601."""

    picture: Picture
    caption: str
    at: str


@dataclass(frozen=True, slots=True)
class SharedStory:
    """A story; `text` is what is written on it, often nothing."""

    picture: Picture
    text: str
    at: str


@dataclass
class Highlight:
    """Stories kept under a name, by their numbers (from 0, in the order they were shared)."""

    name: str
    stories: list[int]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    text: str
    mine: bool


@dataclass
class Shelf:
    """Everything of one account, in the order it came. `conversations` holds messages by the other's username.

    `opened` names the conversations that were opened; `looks` counts the looks at the figures, and `followers_gained`
    and `likes_gained` what came up to the last one, which saw `posts_seen` posts.
    """

    posts: list[SharedPost] = field(default_factory=list[SharedPost])
    stories: list[SharedStory] = field(default_factory=list[SharedStory])
    highlights: list[Highlight] = field(default_factory=list[Highlight])
    conversations: dict[str, list[Message]] = field(default_factory=dict[str, list[Message]])
    following: list[str] = field(default_factory=list[str])
    opened: set[str] = field(default_factory=set[str])
    looks: int = 0
    followers_gained: int = 0
    likes_gained: int = 0
    posts_seen: int = 0

    def sent(self) -> int:
        """Return how many messages the account has sent."""
        return sum(message.mine for messages in self.conversations.values() for message in messages)

    def as_json(self) -> dict[str, JsonValue]:
        """Return it as the control API tells it."""
        return {
            "posts": [_shared(post.picture, post.at, caption=post.caption) for post in self.posts],
            "stories": [_shared(story.picture, story.at, text=story.text) for story in self.stories],
            "highlights": [{"name": each.name, "stories": list(each.stories)} for each in self.highlights],
            "messages": {
                username: [dict(asdict(message)) for message in messages]
                for username, messages in sorted(self.conversations.items())
            },
            "following": list(self.following),
        }

    def counts(self) -> dict[str, int]:
        """Return how often each act that is done once was done."""
        return {
            "posts": len(self.posts),
            "stories": len(self.stories),
            "highlights": len(self.highlights),
            "sent": self.sent(),
        }


def _shared(picture: Picture, at: str, **words: str) -> dict[str, JsonValue]:
    texts: Mapping[str, JsonValue] = words
    return {"sha256": picture.sha256, "picture": picture.name, "at": at, **texts}
