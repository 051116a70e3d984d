// Which phones are shown: by text, state, tag and model. Kept in the address, so that a view can be shared.
import { h, icon } from "./dom.js";

const CHOICES = [["state", "All states"], ["tag", "All tags"], ["model", "All models"]];

export class Filters {
  constructor(query, changed) {
    this.changed = changed;
    this.values = { q: query.get("q") ?? "", state: query.get("state") ?? "", tag: query.get("tag") ?? "", model: query.get("model") ?? "" };
    this.search = h("input", {
      type: "search", class: "dw-search", placeholder: "Name, serial, tag", "aria-label": "Filter by text", value: this.values.q,
      oninput: () => this.set("q", this.search.value),
    });
    this.selects = Object.fromEntries(CHOICES.map(([name, all]) => [
      name,
      h("select", { class: "dw-choice", "aria-label": `Filter by ${name}`, onchange: (event) => this.set(name, event.target.value) }, h("option", { value: "" }, all)),
    ]));
    this.element = h("div", { class: "dw-filters", role: "search" }, h("label", { class: "dw-searching" }, icon("search"), this.search), ...Object.values(this.selects));
  }

  set(name, value) {
    this.values[name] = value;
    this.changed();
  }

  // Offer what the phones have, and what is chosen already.
  offer(cards) {
    const found = {
      state: cards.map((card) => card.state),
      tag: cards.flatMap((card) => card.tags),
      model: cards.map((card) => card.model),
    };
    for (const [name, all] of CHOICES) {
      const values = [...new Set([...found[name], this.values[name]])].filter(Boolean).sort();
      const key = values.join("\n");
      const select = this.selects[name];
      if (select.dataset.key !== key) {
        select.dataset.key = key;
        select.replaceChildren(h("option", { value: "" }, all), ...values.map((value) => h("option", { value }, value)));
      }
      select.value = this.values[name];
      select.classList.toggle("dw-on", Boolean(this.values[name]));
    }
  }

  passes(card) {
    const { q, state, tag, model } = this.values;
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const text = [card.name, card.serial, card.model, card.state, ...card.tags].join(" ").toLowerCase();
    return (!state || card.state === state) && (!tag || card.tags.includes(tag)) && (!model || card.model === model) && words.every((word) => text.includes(word));
  }

  get active() {
    return Object.values(this.values).some(Boolean);
  }

  clear() {
    this.values = { q: "", state: "", tag: "", model: "" };
    this.search.value = "";
    this.changed();
  }
}
