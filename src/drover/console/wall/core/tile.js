// One phone on the wall: its picture, number, tags, state, who holds it, and whether it takes part.
import { h, icon } from "./dom.js";

const STATE_WORDS = { online: "online", busy: "busy", offline: "offline", unauthorized: "unauthorized", maintenance: "maintenance", quarantined: "quarantined" };

export class Tile {
  constructor(card, number, link, actions) {
    this.number = number;
    this.link = link;
    this.shape = null;
    this.visible = false;
    this.selected = false;
    this.diverged = "";
    this.driven = false;
    this.canvas = h("canvas", { class: "dw-picture", width: 9, height: 20 });
    this.caption = h("span", { class: "dw-number" });
    this.empty = h("span", { class: "dw-empty" }, "Waiting for a picture");
    this.screen = h("div", { class: "dw-screen" }, this.empty, this.canvas);
    this.badge = h("span", { class: "dw-state" });
    this.holder = h("span", { class: "dw-holder", hidden: true });
    this.tags = h("span", { class: "dw-tags" });
    this.name = h("span", { class: "dw-name" });
    this.verdict = h("span", { class: "dw-verdict", hidden: true });
    this.why = h("span", { class: "dw-why" });
    const rejoin = h("button", { type: "button", class: "dw-rejoin", onclick: () => actions.rejoin(this.card.id) }, icon("rejoin"), "Rejoin");
    this.held = h("div", { class: "dw-held", hidden: true }, h("strong", {}, "Held back"), this.why, rejoin);
    this.ripples = h("div", { class: "dw-ripples", "aria-hidden": "true" });
    this.element = h(
      "div",
      { class: "dw-tile", role: "gridcell", tabindex: "-1", "aria-selected": "false" },
      this.screen,
      this.ripples,
      this.caption,
      this.holder,
      this.verdict,
      this.held,
      h("div", { class: "dw-foot" }, this.name, this.tags, this.badge),
    );
    this.show(card);
  }

  attach(width) {
    this.link.tile(this.number, this.canvas.transferControlToOffscreen(), width);
  }

  show(card) {
    this.card = card;
    const { element } = this;
    element.dataset.phone = card.name;
    element.dataset.id = card.id;
    element.dataset.state = card.state;
    this.caption.textContent = card.number;
    this.name.textContent = card.name;
    this.badge.textContent = STATE_WORDS[card.state] ?? card.state;
    this.badge.title = card.reason;
    this.tags.replaceChildren(...card.tags.map((tag) => h("span", { class: "dw-tag" }, tag)));
    element.dataset.dark = card.state === "offline" || card.state === "unauthorized";
    this.empty.textContent = element.dataset.dark === "true" ? card.reason || card.state : "Waiting for a picture";
  }

  hold(words, mine) {
    this.holder.hidden = !words;
    this.holder.textContent = words;
    this.holder.classList.toggle("dw-mine", mine);
  }

  select(selected) {
    if (this.selected === selected) return;
    this.selected = selected;
    this.element.setAttribute("aria-selected", String(selected));
  }

  diverge(why) {
    this.diverged = why;
    this.held.hidden = !why;
    this.why.textContent = why;
    this.element.classList.toggle("dw-diverged", Boolean(why));
  }

  tell(outcome, words) {
    this.verdict.hidden = false;
    this.verdict.textContent = outcome === "done" ? "✓" : "!";
    this.verdict.title = words;
    this.verdict.className = `dw-verdict dw-${outcome}`;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => { this.verdict.hidden = true; }, outcome === "done" ? 1200 : 6000);
  }

  // Where the picture lies inside the tile, and how many pixels of the phone one of the page is.
  place() {
    const box = this.screen.getBoundingClientRect();
    const { width, height } = this.shape ?? { width: 9, height: 20 };
    const scale = Math.min(box.width / width, box.height / height);
    const shown = { width: width * scale, height: height * scale };
    return { left: box.left + (box.width - shown.width) / 2, top: box.top + (box.height - shown.height) / 2, scale, ...shown };
  }

  ripple(gesture, pending) {
    const place = this.place();
    const box = this.element.getBoundingClientRect();
    const at = (x, y) => [place.left - box.left + x * place.width, place.top - box.top + y * place.height];
    const [x, y] = at(gesture.x, gesture.y);
    const dot = h("i", { class: `dw-ripple dw-ripple-${gesture.kind}`, style: `left:${x}px;top:${y}px` });
    if (gesture.kind === "swipe") {
      const [x2, y2] = at(gesture.x2, gesture.y2);
      dot.style.setProperty("--dx", `${x2 - x}px`);
      dot.style.setProperty("--dy", `${y2 - y}px`);
    }
    if (pending) dot.classList.add("dw-pending");
    this.ripples.append(dot);
    setTimeout(() => dot.remove(), 700);
  }
}
