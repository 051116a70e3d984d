// The wall: pictures of all phones, what is selected, and the person's own acts. Its worker owns the socket.
import { TextDialog } from "./dialog.js";
import { h, icon } from "./dom.js";
import { Filters } from "./filters.js";
import { Press } from "./gestures.js";
import { Layout } from "./layout.js";
import { Link } from "./link.js";
import { Panel } from "./panel.js";
import { Selection } from "./selection.js";
import { Tile } from "./tile.js";

const WORDS = { tap: "Tap", long_tap: "Long tap", swipe: "Swipe", text: "Text", key: "Key" };

export class WallView {
  constructor(host, { client, address, only }) {
    this.only = only || "";
    this.client = client;
    this.address = address;
    this.tiles = new Map();
    this.order = [];
    this.driving = {};
    this.me = "";
    this.control = false;
    this.acts = 0;
    this.query = new URLSearchParams(location.search);
    this.acting = this.query.get("mode") === "action";
    this.chosen = new Set((this.query.get("sel") ?? "").split(",").filter(Boolean));
    this.link = new Link(client, this.listeners());
    this.filters = new Filters(this.query, () => this.filtered());
    this.panel = new Panel({
      key: (key) => this.key(key), type: () => this.write(), release: () => this.release(),
      rejoin: (id) => this.rejoin(id), liveAddress: (id) => this.liveAddress(id),
    });
    this.dialog = new TextDialog(this.link, (text, seed, lead) => this.act(lead, { kind: "text", text }, seed));
    this.build(host);
    this.layout = new Layout(this, this.query.get("view") === "fit" ? "fit" : "rows");
    this.selection = new Selection(this, this.grid);
    this.listen();
  }

  build(host) {
    document.head.querySelector("link[data-wall]") ?? document.head.append(h("link", { rel: "stylesheet", href: new URL("./wall.css", import.meta.url), "data-wall": "" }));
    this.row = h("div", { class: "dw-cells", role: "row" });
    this.grid = h("div", { class: "dw-grid", role: "grid", "aria-multiselectable": "true", "aria-label": "Phones", tabindex: "0" }, this.row);
    this.modes = this.choice("Mode", [["select", "Select", "pointer"], ["action", "Action", "hand"]], (mode) => this.setMode(mode === "action"));
    this.views = this.choice("Layout", [["rows", "Rows of 5", "rows"], ["fit", "Fit all", "fit"]], (view) => this.layout.choose(view));
    this.count = h("span", { class: "dw-count", role: "status" });
    this.banner = h("div", { class: "dw-banner", role: "alert", hidden: true });
    this.nothing = h("div", { class: "dw-nothing", hidden: true });
    const bar = this.only
      ? [h("a", { class: "dw-link", href: this.address }, icon("rows"), "All phones"), this.modes.element]
      : [this.modes.element, this.views.element, this.filters.element];
    host.classList.add("dw-wall");
    host.classList.toggle("dw-single", Boolean(this.only));
    this.host = host;
    host.wall = this;
    host.replaceChildren(
      h("div", { class: "dw-main" }, h("div", { class: "dw-bar", role: "toolbar", "aria-label": "Wall" }, ...bar, h("span", { class: "dw-space" }), this.count), this.banner, this.grid, this.nothing),
      this.panel.element, this.dialog.element);
  }

  choice(label, options, choose) {
    const buttons = options.map(([value, words, picture]) =>
      h("button", { type: "button", class: "dw-option", "data-value": value, "aria-pressed": "false", onclick: () => choose(value) }, icon(picture), words));
    return {
      element: h("div", { class: "dw-choices", role: "group", "aria-label": label }, ...buttons),
      show: (value) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.value === value))),
    };
  }

  listeners() {
    return {
      open: () => { this.warn(""); this.layout?.subscribe(true); },
      closed: (code) => (code === 1008 ? location.reload() : this.warn("The connection is lost. Trying again …")),
      hello: ({ me, control }) => { this.me = me; this.control = control; if (!control) this.setMode(false); this.changed(); },
      phones: (message) => this.take(message),
      driving: ({ phones }) => { this.driving = phones; for (const [id, tile] of this.tiles) tile.diverge(phones[id] ?? ""); this.holders(); this.changed(); },
      result: (message) => this.result(message),
      variables: (message) => this.dialog.variables(message),
      previews: (message) => this.dialog.previews(message),
      error: ({ message, hint }) => this.warn([message, hint].filter(Boolean).join(" — "), 8000),
      shape: ({ number, width, height }) => this.layout.shape(number, width, height),
    };
  }

  listen() {
    const on = (target, name, handler) => target.addEventListener(name, handler, { signal: this.ending.signal });
    this.ending = new AbortController();
    on(this.grid, "pointerdown", (event) => this.down(event));
    on(this.grid, "pointermove", (event) => this.move(event));
    on(this.grid, "pointerup", (event) => this.up(event));
    on(this.grid, "pointercancel", () => this.cancel());
    on(this.grid, "dblclick", (event) => { const tile = this.at(event); if (tile && !this.acting) this.enter(tile.card.id); });
    on(this.grid, "contextmenu", (event) => this.menu(event));
    on(this.grid, "keydown", (event) => { if (this.keydown(event)) event.preventDefault(); });
    on(document, "visibilitychange", () => this.layout.subscribe());
    this.setMode(this.acting);
  }

  take({ phones, gone, first }) {
    for (const id of gone) { this.tiles.get(id)?.element.remove(); this.tiles.delete(id); }
    for (const card of phones) {
      if (this.only && card.id !== this.only) continue;
      const known = this.tiles.get(card.id);
      if (known) known.show(card);
      else this.tiles.set(card.id, this.layout.add(new Tile(card, this.layout.nextNumber(), this.link, { rejoin: (id) => this.rejoin(id) })));
    }
    this.order = [...this.tiles.values()].sort((a, b) => a.card.number - b.card.number || a.card.name.localeCompare(b.card.name));
    if (first && this.tiles.size) this.begin();
    this.filters.offer(this.order.map((tile) => tile.card));
    this.holders();
    this.layout.arrange();
    this.changed();
  }

  begin() {
    const ids = this.order.map((tile) => tile.card).filter((card) => this.chosen.has(card.name)).map((card) => card.id);
    this.selection.set(this.only ? [this.only] : ids, this.only || ids[0] || this.order[0].card.id);
  }

  shown() {
    return this.order.filter((tile) => !tile.element.hidden);
  }

  filtered() {
    this.layout.arrange();
    this.changed();
  }

  holder(card) {
    if (!card.lease) return "";
    if (this.driving[card.id] !== undefined) return "you";
    const { kind, purpose, by } = card.lease;
    return kind === "control" ? `${by || "somebody"}, by hand` : [kind, purpose].filter(Boolean).join(": ");
  }

  holders() {
    for (const tile of this.tiles.values()) {
      const mine = this.driving[tile.card.id] !== undefined;
      tile.hold(mine ? "you" : this.holder(tile.card), mine);
    }
  }

  // Called whenever something that is shown beside the pictures may have changed.
  changed() {
    if (!this.selection) return;
    for (const [id, tile] of this.tiles) tile.select(this.selection.has(id));
    const shown = this.shown();
    const selected = this.selection.list.map((tile) => tile.card);
    this.count.textContent = `${selected.length ? `${selected.length} selected · ` : ""}${shown.length}${shown.length < this.order.length ? ` of ${this.order.length}` : ""} phone${shown.length === 1 ? "" : "s"}`;
    this.nothing.hidden = shown.length > 0;
    this.nothing.textContent = this.order.length ? "No phone passes the filters." : "There are no phones yet. They appear once an agent has reported them.";
    this.panel.show({ cards: shown.map((tile) => tile.card), selected, acting: this.acting, control: this.control, driven: Object.keys(this.driving).length, holder: (card) => this.holder(card) });
    this.layout.subscribe();
    this.remember(selected);
  }

  remember(selected) {
    const query = new URLSearchParams();
    const client = this.query.get("client");
    const words = { client, mode: this.acting ? "action" : "", view: this.layout.view === "fit" ? "fit" : "", ...this.filters.values, sel: this.only ? "" : selected.map((card) => card.name).join(",") };
    for (const [name, value] of Object.entries(words)) if (value && value.length < 1500) query.set(name, value);
    const text = query.toString();
    if (text !== this.kept) { this.kept = text; history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : "")); }
  }

  setMode(acting) {
    if (this.acting && !acting) this.release();
    this.acting = acting;
    this.host.classList.toggle("dw-acting", acting);
    this.modes.show(acting ? "action" : "select");
    this.changed();
  }

  at(event) {
    // A pointer that is captured has the wall itself as its target.
    const id = document.elementFromPoint(event.clientX, event.clientY)?.closest(".dw-tile")?.dataset.id;
    return id ? this.tiles.get(id) : null;
  }

  down(event) {
    if (event.button !== 0 || event.target.closest("button, a")) return;
    const tile = this.at(event);
    const adds = event.ctrlKey || event.metaKey || event.shiftKey;
    const onPicture = tile?.shape && event.target.closest(".dw-screen");
    if (this.acting && onPicture && !adds && this.control) {
      const press = new Press(tile, event);
      if (press.inside) {
        this.press = press;
        this.grid.setPointerCapture(event.pointerId);
        return event.preventDefault();
      }
    }
    if (tile) this.grid.focus({ preventScroll: true });
    this.selection.press(event, tile);
  }

  move(event) {
    if (this.press) this.press.move(event);
    else this.selection.move(event);
  }

  up(event) {
    const { press } = this;
    if (!press) return this.selection.release(event);
    this.press = null;
    const { id } = press.tile.card;
    if (!this.selection.has(id)) this.selection.set([id], id);
    this.act(id, press.end(event));
  }

  cancel() {
    this.press = null;
    this.selection.pressed = null;
    this.selection.band.hidden = true;
  }

  keydown(event) {
    if (event.target.closest("button, a, input, select, textarea, dialog")) return false;
    if (event.key === "Escape" && this.press) { this.press = null; return true; }
    return this.selection.key(event, this.layout.columns);
  }

  menu(event) {
    const tile = this.at(event);
    if (!this.acting || !tile || !this.control) return;
    event.preventDefault();
    if (!this.selection.has(tile.card.id)) this.selection.set([tile.card.id], tile.card.id);
    this.write(tile.card.id);
  }

  write(lead = this.leading()) {
    if (lead) this.dialog.open(this.selection.list.map((tile) => tile.card), lead);
  }

  leading() {
    return this.selection.has(this.selection.lead) ? this.selection.lead : this.selection.list[0]?.card.id;
  }

  key(key) {
    const lead = this.leading();
    if (lead) this.act(lead, { kind: "key", key });
  }

  act(lead, gesture, seed = 0) {
    const selected = this.selection.list.map((tile) => tile.card.id);
    const others = selected.filter((id) => id !== lead);
    const id = `act-${++this.acts}`;
    if (gesture.kind !== "text" && gesture.kind !== "key") for (const each of [lead, ...others]) this.tiles.get(each).ripple(gesture, each !== lead);
    const words = gesture.kind === "key" ? gesture.key[0].toUpperCase() + gesture.key.slice(1) : WORDS[gesture.kind];
    this.panel.begin(id, words, 1 + others.length);
    this.selection.focus(lead);
    this.link.say({ t: "act", id, lead, others, gesture, seed });
  }

  result(message) {
    const tile = this.tiles.get(message.phone);
    if (!tile) return;
    const words = [message.message, message.hint].filter(Boolean).join(" — ");
    tile.tell(message.outcome, words);
    this.panel.result(message, tile.card);
  }

  rejoin(id) {
    const lead = this.leading() === id ? this.selection.list.map((tile) => tile.card.id).find((each) => each !== id && !this.driving[each]) : this.leading();
    const act = `act-${++this.acts}`;
    if (!lead) return this.warn("Select the phone that it is to rejoin as well.", 5000);
    this.panel.begin(act, "Rejoin", 1);
    this.link.say({ t: "rejoin", id: act, lead, phone: id });
  }

  release() {
    this.link.say({ t: "release", phones: null });
  }

  liveAddress(id) {
    const client = this.query.get("client");
    return `/phones/${encodeURIComponent(id)}/live${client ? `?client=${encodeURIComponent(client)}` : ""}`;
  }

  enter(id) {
    if (!this.only) location.assign(this.liveAddress(id));
  }

  warn(words, forMs = 0) {
    this.banner.textContent = words;
    this.banner.hidden = !words;
    clearTimeout(this.warned);
    if (forMs) this.warned = setTimeout(() => this.warn(""), forMs);
  }

  dispose() {
    this.ending.abort();
    this.layout.dispose();
    this.link.close();
  }
}
