"""What the examples' screen registries hold: each page of the demo apps, and by what of it its screen is known."""

from collections.abc import Mapping

from drover.simulator.display.marks import Box

# Page of the catalog -> the screen's name, and the elements that identify it. Where a page loads in parts, one of what
# comes last is among them, so that a half loaded page is not taken for it; where something in its middle is always the
# same, that is among them, so that a popup which does not dim the page hides one of them. Pages that are not named here
# are unknown to the registry: the unknown popup is to be one.
SCREENS = {
    "launcher": ("Home screen", ("icon_clock", "icon_photos", "icon_plaza")),
    "plaza.onboarding_welcome": ("Welcome", ("title", "body_1", "body_2")),
    "plaza.onboarding_discover": ("Discover", ("title", "body_1", "body_2")),
    "plaza.onboarding_notify": ("Notifications", ("title", "body_1", "body_2")),
    "plaza.login": ("Log in", ("title", "words", "logo", "log_in")),
    "plaza.challenge": ("Login challenge", ("icon", "title", "words_1", "words_2", "confirm")),
    "plaza.suspended": ("Account suspended", ("icon", "title", "words_1", "words_2")),
    "plaza.feed": ("Feed", ("brand", "composer")),
    "plaza.profile": ("Profile", ("title", "label_followers", "complete_title", "edit_profile")),
    "plaza.edit_profile": ("Edit profile", ("title", "label_name", "label_bio")),
    "plaza.gender": ("Gender", ("title", "label_female", "label_male")),
    "plaza.account_switcher": ("Account switcher", ("icon_add", "label_add", "label_log_out")),
    "plaza.settings": ("Settings", ("title", "label_slots", "label_about", "label_log_out")),
    "plaza.slots": ("Slots", ("title", "words_1", "words_2")),
    "plaza.about": ("About", ("title", "logo", "version", "words_2")),
    "plaza.log_out": ("Log out?", ("title", "words", "confirm")),
    "plaza.numbers": ("Numbers", ("title", "label_followers", "label_likes", "label_posts")),
    "plaza.post_picker": ("Pick a picture for a post", ("title", "album", "camera")),
    "plaza.caption": ("Caption of a post", ("title", "label_caption", "option_1")),
    "plaza.post": ("Post", ("title", "comment_hint", "send")),
    "plaza.story_picker": ("Pick a picture for a story", ("title", "album", "camera")),
    "plaza.story_editor": ("Story editor", ("title", "text_tool", "sticker")),
    "plaza.story": ("Story", ("close", "reply_hint", "heart")),
    "plaza.own_story": ("Own story", ("close", "highlight", "eye")),
    "plaza.highlight_none": ("No story for a highlight", ("title", "heading", "words")),
    "plaza.highlight_stories": ("Story for a highlight", ("title", "advice")),
    "plaza.highlight_name": ("Name a highlight", ("title", "label_name", "note")),
    "plaza.highlight_choose": ("Choose a highlight", ("title", "advice", "new_highlight")),
    "plaza.search": ("Search", ("picture", "heading", "words")),
    "plaza.search_results": ("Search results", ("heading", "best")),
    "plaza.search_empty": ("Nothing found", ("picture", "heading", "words")),
    "plaza.person": ("Person", ("title", "label_followers", "message", "heading")),
    "plaza.messages": ("Messages", ("title", "search_hint", "heading")),
    "plaza.conversation": ("Conversation", ("active", "call", "film", "day")),
    "popup.update": ("Update available", ("icon", "title", "words_1", "words_2")),
    "popup.rating": ("Rating", ("title", "words_1", "words_2", "stars")),
    "popup.permission": ("Permission", ("icon", "title_1", "title_2")),
    "popup.system_update": ("System update", ("icon", "title", "words_1", "words_2")),
}
# The second app's, in a registry of its own.
NOTES_SCREENS = {
    "launcher": SCREENS["launcher"],
    "notes.list": ("Notes", ("heading", "all_notes", "new_note")),
    "notes.new": ("New note", ("heading", "label_title", "label_text")),
    "notes.edit": ("Edit note", ("heading", "label_title", "label_text", "delete")),
    "notes.delete": ("Delete a note?", ("heading", "words", "confirm")),
}
EVERY_SCREEN = SCREENS | NOTES_SCREENS
# Pages whose screens are called otherwise than they.
KEYS = {
    "launcher": "launcher.home",
    "popup.update": "plaza.update",
    "popup.rating": "plaza.rating",
    "popup.permission": "global.permission",
    "popup.system_update": "global.system_update",
}
# The action that dismisses an interrupt comes first.
DISMISSALS = {
    "popup.update": "later",
    "popup.rating": "not_now",
    "popup.permission": "deny",
    "popup.system_update": "later",
}
# A place in the middle of a page where nothing is ever drawn: its colour is checked. In lists it is the gap between two
# columns, which is there wherever the list is scrolled to.
EMPTY = {
    "plaza.suspended": Box(200, 1280, 960, 1720),
    "plaza.edit_profile": Box(200, 1460, 960, 1540),
    "plaza.account_switcher": Box(900, 1640, 950, 1750),
    "plaza.slots": Box(162, 1020, 200, 1740),
    "plaza.post_picker": Box(355, 1020, 362, 1740),
    "plaza.post": Box(600, 1540, 920, 1640),
    "plaza.story_picker": Box(355, 1020, 362, 1740),
    "plaza.highlight_stories": Box(355, 1020, 362, 1740),
    "plaza.highlight_choose": Box(202, 1020, 228, 1740),
    "plaza.search": Box(200, 1040, 960, 1540),
    "plaza.search_results": Box(190, 1020, 214, 1540),
    "plaza.search_empty": Box(200, 1040, 960, 1540),
    "plaza.messages": Box(190, 1020, 214, 1540),
    "notes.new": Box(200, 1290, 960, 1540),
}
# Pages whose whole middle changes: only what the unknown popup looks like tells that it is there, so it is named.
CHANGING = ("plaza.feed", "plaza.story_editor", "plaza.story", "plaza.own_story", "plaza.conversation", "notes.list")
OFFER = "popup.unknown"
OFFER_ELEMENT = "title"
# Pages with a bar of tabs that no keyboard covers, and the selected tab: the tint behind its icon is checked.
SELECTED = {"plaza.feed": "tab_home", "plaza.profile": "tab_profile"}
# With what an app opens: for the first time, at every later start, logged out, and with an account that is stopped.
ENTRIES = (
    "launcher",
    "plaza.onboarding_welcome",
    "plaza.login",
    "plaza.feed",
    "plaza.challenge",
    "plaza.suspended",
    "notes.list",
)
# What lies at the bottom of the display as a whole, and what lies in its middle.
SHEETS = ("plaza.gender", "plaza.account_switcher", "plaza.log_out", "popup.permission", "popup.system_update")
DIALOGS = ("popup.update", "popup.rating", "popup.unknown", "notes.delete")
# Where elements lead whose pages do not say it, because it depends on what one types.
LEADS: Mapping[tuple[str, str], str] = {
    ("plaza.search", "query"): "plaza.search_results",
    ("plaza.search_results", "query"): "plaza.search_empty",
}
# Elements that lead elsewhere once something is stored: page -> element, the further action's name, where it leads.
FURTHER: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "plaza.feed": (("your_story", "your_story_shared", "plaza.own_story"),),
    "plaza.profile": (("new_highlight", "new_highlight_without_story", "plaza.highlight_none"),),
    "plaza.highlight_stories": (("story_1", "story_1_after_others", "plaza.highlight_choose"),),
}
# What changes while one looks, beside the clock of the status bar: a story's progress.
PROGRESS = Box(0, 90, 1080, 126)


def key_of(page: str) -> str:
    """Return the key of a page's screen."""
    return KEYS.get(page, page)
