(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const cards = all(".card");
  const find = byId("find");
  const say = (text) => { byId("status").textContent = text; };

  const shown = () => cards.filter((card) => {
    const state = all('input[name="state"]').find((box) => card.classList.contains(box.value));
    return !card.hidden && (!state || state.checked);
  });
  const told = () => {
    const left = shown().length;
    const none = byId("none");
    if (none) none.hidden = left > 0;
    say(`Showing ${left} of ${cards.length} pictures`);
  };
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const card of cards) card.hidden = !words.every((word) => card.dataset.words.includes(word));
    told();
  };
  find?.addEventListener("input", filter);
  for (const box of all('input[name="state"]')) box.addEventListener("change", told);
  find?.form.addEventListener("submit", (event) => event.preventDefault());

  let current = -1;
  const go = (step) => {
    const places = shown().filter((card) => card.matches(".failed, .near"));
    if (!places.length) return;
    current = (Math.max(current, step > 0 ? -1 : 0) + step + places.length) % places.length;
    places[current].scrollIntoView({ block: "start" });
    places[current].focus({ preventScroll: true });
    say(`${current + 1} of ${places.length} failures and near misses`);
  };
  const keys = {
    "/": (event) => { event.preventDefault(); find?.focus(); },
    n: () => go(1),
    p: () => go(-1),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("viewer").open) return;
    if (event.target.matches?.("input:not([type=checkbox])")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    keys[event.key]?.(event);
  });
})();
