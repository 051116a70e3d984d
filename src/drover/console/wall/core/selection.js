// Which phones are selected: click, drag across, ctrl+click, shift+click, and the keyboard.
import { h } from "./dom.js";

const DRAG_PX = 6;

export class Selection {
  // `wall` has: tiles (Map by id), shown() in their order, acting, changed(), enter(id)
  constructor(wall, grid) {
    this.wall = wall;
    this.grid = grid;
    this.ids = new Set();
    this.lead = null;
    this.band = h("div", { class: "dw-band", hidden: true });
    grid.append(this.band);
  }

  has(id) {
    return this.ids.has(id);
  }

  get list() {
    return this.wall.shown().filter((tile) => this.ids.has(tile.card.id));
  }

  set(ids, lead = null) {
    this.ids = new Set(ids);
    if (lead) this.focus(lead);
    this.wall.changed();
  }

  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.focus(id);
    this.wall.changed();
  }

  through(id) {
    const order = this.wall.shown().map((tile) => tile.card.id);
    const [a, b] = [order.indexOf(this.lead ?? id), order.indexOf(id)].sort((x, y) => x - y);
    this.ids = new Set([...this.ids, ...order.slice(Math.max(0, a), b + 1)]);
    this.wall.changed();
  }

  focus(id, take = false) {
    this.wall.tiles.get(this.lead)?.element.setAttribute("tabindex", "-1");
    this.lead = id;
    const element = this.wall.tiles.get(id)?.element;
    element?.setAttribute("tabindex", "0");
    if (take) element?.focus();
  }

  click(id, event) {
    if (event.shiftKey) this.through(id);
    else if (event.ctrlKey || event.metaKey) this.toggle(id);
    else this.set([id], id);
  }

  // A press on the wall that is no gesture: a click, or the begin of a drag across phones.
  press(event, tile) {
    this.pressed = { x: event.clientX, y: event.clientY, tile, add: event.ctrlKey || event.metaKey || event.shiftKey, before: new Set(this.ids), dragging: false };
    this.grid.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { pressed } = this;
    if (!pressed) return;
    if (!pressed.dragging && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < DRAG_PX) return;
    pressed.dragging = true;
    const box = {
      left: Math.min(pressed.x, event.clientX), right: Math.max(pressed.x, event.clientX),
      top: Math.min(pressed.y, event.clientY), bottom: Math.max(pressed.y, event.clientY),
    };
    const home = this.grid.getBoundingClientRect();
    this.band.hidden = false;
    this.band.style.cssText = `left:${box.left - home.left + this.grid.scrollLeft}px;top:${box.top - home.top + this.grid.scrollTop}px;width:${box.right - box.left}px;height:${box.bottom - box.top}px`;
    const hit = this.wall.shown().filter((tile) => {
      const place = tile.element.getBoundingClientRect();
      return place.left < box.right && place.right > box.left && place.top < box.bottom && place.bottom > box.top;
    });
    this.ids = new Set([...(pressed.add ? pressed.before : []), ...hit.map((each) => each.card.id)]);
    this.wall.changed();
  }

  release(event) {
    const { pressed } = this;
    this.pressed = null;
    this.band.hidden = true;
    if (!pressed) return;
    if (pressed.dragging) {
      const last = this.list.at(-1);
      if (last) this.focus(last.card.id);
    } else if (pressed.tile) this.click(pressed.tile.card.id, event);
    else if (!pressed.add) this.set([]);
  }

  key(event, columns) {
    const order = this.wall.shown().map((tile) => tile.card.id);
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) this.set(order, this.lead ?? order[0]);
    else if (event.key === "Escape") this.set([]);
    else if (event.key === " " && this.lead) this.toggle(this.lead);
    else if (event.key === "Enter" && this.lead) this.wall.enter(this.lead);
    else {
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -order.length, End: order.length }[event.key];
      if (!step || !order.length) return false;
      const at = order.indexOf(this.lead);
      const to = order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + step))];
      if (event.shiftKey) this.through(to);
      this.focus(to, true);
    }
    return true;
  }
}
