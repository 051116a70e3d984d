(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // Times in the viewer's own zone; UTC stays in the title.
  const shown = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  for (const time of all("time")) {
    time.title = time.textContent;
    time.textContent = shown.format(new Date(time.dateTime));
  }
  byId("zone").textContent = shown.resolvedOptions().timeZone;

  const say = (text) => { byId("status").textContent = text; };

  const filter = byId("failed-only");
  const filtered = () => {
    const failed = all(".phone.failed").length;
    say(filter.checked ? `Showing ${failed} of ${all(".phone").length} phones, the failed ones` : "Showing all phones");
  };
  filter?.addEventListener("change", filtered);

  const setAll = (open) => {
    for (const part of all(open ? ".phone, .task" : ".task, .phone")) part.open = open;
    say(open ? "All phones and tasks are open" : "All phones and tasks are closed");
  };
  byId("open-all").addEventListener("click", () => setAll(true));
  byId("close-all").addEventListener("click", () => setAll(false));

  // A link to something inside closed details opens them.
  const reveal = (target) => {
    if (filter?.checked && target.matches(".phone:not(.failed), .task:not(.failed)")) {
      filter.checked = false;
      filtered();
    }
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    target.scrollIntoView({ block: "start" });
    target.querySelector("summary")?.focus({ preventScroll: true });
  };
  const followHash = () => {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") reveal(target);
  };
  addEventListener("hashchange", followHash);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#phone-"]');
    if (link && link.hash === location.hash) followHash();
  });
  followHash();

  const viewer = byId("viewer");
  const failures = () => {
    const tasks = all(".task.failed");
    return tasks.length ? tasks : all(".phone.failed");
  };
  let current = -1;
  const go = (step) => {
    const places = failures();
    if (!places.length) return;
    current = (Math.max(current, step > 0 ? -1 : 0) + step + places.length) % places.length;
    reveal(places[current]);
    say(`Failure ${current + 1} of ${places.length}`);
  };
  const keys = {
    f: () => filter?.click(),
    n: () => go(1),
    p: () => go(-1),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || viewer.open) return;
    keys[event.key]?.();
  });
})();
