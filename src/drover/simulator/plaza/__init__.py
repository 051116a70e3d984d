"""Plaza, the demo app of the simulated phone.

To add a page:

1. `pages/<name>.py`: a frozen model of what the page shows and a pure function `(palette, model) -> View`, cached by
   what it depends on. The view's elements say what taps do: `go:<page>`, `back`, `open:<sheet>`, `dismiss`,
   `focus:<field>`, or an act of the feature, `<name>:<argument>`; `hold` is for long taps.
2. `features/<name>.py`: a class made from the `Frame` with two tables, `pages` (page's name -> `Page`: how it is
   drawn, how long it loads, what scrolls, what is done when it opens) and `acts` (action's name -> `(argument, now)`).
   Add it to FEATURES in `app.py`. What is kept belongs in the active `frame.account` or `frame.slot` (see `store.py`);
   what only the page shows belongs in the feature, set anew in `entered`. Durations are named in `spans.py`.
3. `catalog.py`: the way to the page, so that tests hold it to what every page owes and the registry can be drawn.

The window system beneath (`simulator/windowing`) knows nothing of Plaza: another app implements `windowing.app.App` and
is listed in `handset.py`.
"""
