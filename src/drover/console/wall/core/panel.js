// The right side: what is known of the selected phones, what can be done with them, and what became of the last act.
import { h, icon } from "./dom.js";

const KEYS = [["back", "Back"], ["home", "Home"], ["recents", "Recents"], ["enter", "Enter"]];
const MOST_ROWS = 60;

export class Panel {
  constructor(actions) {
    this.actions = actions;
    this.title = h("h2", { class: "dw-title" });
    this.note = h("p", { class: "dw-note" });
    this.facts = h("dl", { class: "dw-facts" });
    this.links = h("div", { class: "dw-links" });
    this.keys = KEYS.map(([key, words]) => h("button", { type: "button", class: "dw-key", onclick: () => actions.key(key) }, icon(key), h("span", {}, words)));
    this.typing = h("button", { type: "button", class: "dw-key dw-wide", onclick: () => actions.type() }, icon("text"), h("span", {}, "Type text…"));
    this.release = h("button", { type: "button", class: "dw-key dw-wide", onclick: () => actions.release() }, icon("release"), h("span", {}, "Let the phones go"));
    this.commands = h("section", { class: "dw-commands", "aria-label": "Commands" }, h("h3", {}, "Commands"), h("div", { class: "dw-keys" }, ...this.keys), this.typing, this.release);
    this.log = h("ol", { class: "dw-log", "aria-label": "Results" });
    this.told = h("p", { class: "dw-told", role: "status", "aria-live": "polite" });
    this.results = h("section", { class: "dw-results", hidden: true }, h("h3", {}, "Last act"), this.told, this.log);
    this.element = h("aside", { class: "dw-panel", "aria-label": "Details and commands" }, this.title, this.note, this.facts, this.links, this.commands, this.results);
    this.act = null;
  }

  show({ cards, selected, acting, control, driven, holder }) {
    this.commands.hidden = !acting;
    this.title.textContent = selected.length === 0 ? "No phone selected" : selected.length === 1 ? selected[0].name : `${selected.length} phones selected`;
    if (selected.length === 0) this.overview(cards, control);
    else if (selected.length === 1) this.one(selected[0], holder(selected[0]));
    else this.many(selected, holder);
    const none = selected.length === 0;
    for (const button of [...this.keys, this.typing]) button.disabled = none;
    this.release.disabled = driven === 0;
    this.release.lastChild.textContent = driven ? `Let ${driven === 1 ? "the phone" : `${driven} phones`} go` : "No phone is taken";
  }

  overview(cards, control) {
    const counts = new Map();
    for (const card of cards) counts.set(card.state, (counts.get(card.state) ?? 0) + 1);
    this.list([["Phones", cards.length], ...counts]);
    this.note.textContent = control
      ? "Click a phone, or drag across many. Ctrl+click adds one, Ctrl+A all that are shown. In action mode the pictures take your gestures."
      : "Click a phone, or drag across many. You may look at these phones, but not drive them.";
    this.links.replaceChildren();
  }

  one(card, held) {
    this.note.textContent = card.reason;
    this.list([
      ["State", card.state], ["Held by", held || "nobody"], ["Model", card.model || "not known yet"], ["Serial", card.serial],
      ["Tags", card.tags.join(", ") || "none"], ["Agent", card.agent || "none"], ["Since", new Date(card.since).toLocaleString()],
    ]);
    this.links.replaceChildren(
      h("a", { class: "dw-link", href: this.actions.liveAddress(card.id) }, icon("open"), "Show large"),
      h("a", { class: "dw-link", href: `/phones/${encodeURIComponent(card.id)}` }, icon("open"), "History and lease"),
      card.lease?.kind === "run" && h("a", { class: "dw-link", href: `/runs/${encodeURIComponent(card.lease.id)}` }, icon("open"), "The run on it") || "",
    );
  }

  many(selected, holder) {
    const held = selected.filter((card) => holder(card)).length;
    const models = new Set(selected.map((card) => card.model).filter(Boolean));
    this.note.textContent = selected.slice(0, 12).map((card) => card.name).join(", ") + (selected.length > 12 ? " …" : "");
    this.list([["Held by somebody", held], ["Models", models.size || "not known yet"]]);
    this.links.replaceChildren();
  }

  list(rows) {
    this.facts.replaceChildren(...rows.flatMap(([name, value]) => [h("dt", {}, String(name)), h("dd", {}, String(value))]));
  }

  begin(act, words, count) {
    this.act = { id: act, words, count, done: 0, failed: 0 };
    this.rows = new Map();
    this.results.hidden = false;
    this.log.replaceChildren();
    this.tell();
  }

  result(message, card) {
    if (this.act?.id !== message.id) return;
    const done = message.outcome === "done";
    this.act[done ? "done" : "failed"] += 1;
    this.tell();
    if (this.log.children.length >= MOST_ROWS) return;
    const words = { done: message.screen || "done", diverged: "held back", held_back: "held back", failed: message.code.replaceAll("_", " ") }[message.outcome];
    const row = h("li", { class: `dw-row dw-${message.outcome}`, "data-outcome": message.outcome, "data-result": card.name },
      h("span", { class: "dw-row-name" }, card.name), h("span", { class: "dw-row-words" }, words));
    if (!done) {
      row.append(h("span", { class: "dw-row-why" }, [message.message, message.hint].filter(Boolean).join(" — ")));
      if (message.outcome !== "failed") row.append(h("button", { type: "button", class: "dw-rejoin", onclick: () => this.actions.rejoin(card.id) }, icon("rejoin"), "Rejoin"));
      this.log.prepend(row);
    } else this.log.append(row);
  }

  tell() {
    const { words, count, done, failed } = this.act;
    const waiting = count - done - failed;
    this.told.textContent = `${words}: ${done} of ${count} done${failed ? `, ${failed} not` : ""}${waiting > 0 ? " …" : ""}`;
  }
}
