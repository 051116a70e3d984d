// The dialog in which a text is written: variables by category, recent texts, and what each phone would be given.
import { h, icon } from "./dom.js";

const RECENT = "drover.texts";
const MOST_RECENT = 8;
const PREVIEW_MS = 180;
const MOST_PREVIEWS = 60;

const recent = () => {
  try { return JSON.parse(localStorage.getItem(RECENT) ?? "[]"); } catch { return []; }
};

const keep = (text) => {
  try { localStorage.setItem(RECENT, JSON.stringify([text, ...recent().filter((each) => each !== text)].slice(0, MOST_RECENT))); } catch { /* a browser without storage */ }
};

export class TextDialog {
  constructor(link, send) {
    this.link = link;
    this.send = send;
    this.asked = 0;
    this.area = h("textarea", { class: "dw-text", rows: "3", "aria-label": "Text", placeholder: "What is typed into the focused field of each phone", spellcheck: "false", oninput: () => this.preview() });
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.done(event);
      event.stopPropagation();
    });
    this.title = h("h2", { id: "dw-dialog-title" });
    this.browser = h("div", { class: "dw-variables", "aria-label": "Variables" });
    this.recents = h("div", { class: "dw-recents" });
    this.shown = h("table", { class: "dw-previews", "aria-label": "What each phone is given" });
    this.type = h("button", { type: "submit", class: "dw-primary" }, "Type");
    const form = h("form", { method: "dialog", onsubmit: (event) => this.done(event) },
      h("header", { class: "dw-dialog-head" }, this.title, h("button", { type: "button", class: "dw-close", "aria-label": "Close", onclick: () => this.element.close() }, icon("close"))),
      h("div", { class: "dw-dialog-body" },
        h("div", { class: "dw-writing" }, this.area, h("h3", {}, "Recent"), this.recents, h("h3", {}, "What each phone is given"), h("div", { class: "dw-previewing", tabindex: "0" }, this.shown)),
        h("div", { class: "dw-browsing" }, h("h3", {}, "Variables"), this.browser)),
      h("footer", { class: "dw-dialog-foot" }, h("span", { class: "dw-hint" }, "Ctrl+Enter types"), h("button", { type: "button", class: "dw-plain", onclick: () => this.element.close() }, "Cancel"), this.type));
    this.element = h("dialog", { class: "dw-dialog", "aria-labelledby": "dw-dialog-title" }, form);
  }

  open(cards, lead) {
    this.cards = cards;
    this.lead = lead;
    this.seed = Math.floor(Math.random() * 2 ** 48);
    this.title.textContent = cards.length === 1 ? `Type on ${cards[0].name}` : `Type on ${cards.length} phones`;
    this.recents.replaceChildren(...recent().map((text) => h("button", { type: "button", class: "dw-recent", title: text, onclick: () => this.put(text, true) }, text)));
    if (!recent().length) this.recents.append(h("span", { class: "dw-note" }, "Nothing yet"));
    this.link.say({ t: "variables" });
    this.element.showModal();
    this.area.focus();
    this.area.select();
    this.preview(0);
  }

  variables({ categories }) {
    this.browser.replaceChildren(...categories.map((category, place) =>
      h("details", { open: place === 0 }, h("summary", {}, category.name, h("span", { class: "dw-note" }, category.meaning)),
        ...category.variables.map(([written, meaning]) => h("button", { type: "button", class: "dw-variable", onclick: () => this.put(written) }, h("code", {}, written), h("span", {}, meaning))))));
  }

  put(text, whole = false) {
    const { area } = this;
    if (whole) area.value = text;
    else area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    this.preview();
  }

  preview(wait = PREVIEW_MS) {
    clearTimeout(this.waiting);
    this.type.disabled = !this.area.value;
    this.waiting = setTimeout(() => {
      const phones = this.cards.slice(0, MOST_PREVIEWS).map((card) => card.id);
      this.link.say({ t: "preview", id: `preview-${++this.asked}`, text: this.area.value, seed: this.seed, phones });
    }, wait);
  }

  previews({ id, texts }) {
    if (id !== `preview-${this.asked}`) return;
    const faults = Object.values(texts).filter((each) => each.error).length;
    const wrong = new Set(Object.values(texts).map((each) => each.error));
    const same = wrong.size === 1 && faults ? Object.values(texts)[0] : null; // one fault of the text itself is told once
    if (same) this.shown.replaceChildren(h("tr", { class: "dw-fault", "data-preview": "all" }, h("td", {}, [same.error, same.hint].filter(Boolean).join(" — "))));
    else this.shown.replaceChildren(...this.cards.filter((card) => texts[card.id]).map((card) => {
      const { text, error, hint } = texts[card.id];
      return h("tr", { class: error ? "dw-fault" : "", "data-preview": card.name }, h("th", { scope: "row" }, card.name), h("td", {}, error ? [error, hint].filter(Boolean).join(" — ") : text));
    }));
    this.type.disabled = !this.area.value || faults === Object.keys(texts).length;
  }

  done(event) {
    event.preventDefault();
    if (this.type.disabled) return;
    const text = this.area.value;
    keep(text);
    this.element.close();
    this.send(text, this.seed, this.lead);
  }
}
