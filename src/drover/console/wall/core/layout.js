// Where tiles stand and how large they are, which are in sight, and how large and how often their pictures are wanted.
const GAP = 12;
const FOOT = 30;
const IN_ROW = 5;
const RATIO = 20 / 9;
const MOST_RATIO = 2.4;
const SUBSCRIBE_MS = 60;
const FPS = { wall: 2, driven: 4, single: 8 };
const MOST_DENSITY = 1.5;
const STAND_MS = 1000;

export class Layout {
  constructor(wall, view) {
    this.wall = wall;
    this.view = view;
    this.columns = IN_ROW;
    this.width = 200;
    this.numbers = 0;
    this.byNumber = new Map();
    this.sent = "";
    this.seen = new IntersectionObserver((entries) => this.sight(entries), { root: wall.grid, rootMargin: "120px 0px" });
    this.resized = new ResizeObserver(() => this.arrange());
    this.resized.observe(wall.grid);
    this.standing = setInterval(() => this.stand(), STAND_MS); // a banner above may come and go
    this.stand();
    wall.views.show(view);
  }

  stand() {
    const above = `${Math.max(0, Math.round(this.wall.host.getBoundingClientRect().top))}px`;
    if (above !== this.above) {
      this.above = above;
      this.wall.host.style.setProperty("--w-above", above);
    }
  }

  nextNumber() {
    return this.numbers++;
  }

  add(tile) {
    this.byNumber.set(tile.number, tile);
    tile.attach(this.pixels);
    this.wall.row.append(tile.element);
    this.seen.observe(tile.element);
    return tile;
  }

  choose(view) {
    this.view = view;
    this.wall.views.show(view);
    this.arrange();
    this.wall.changed();
  }

  get density() {
    return Math.min(MOST_DENSITY, devicePixelRatio || 1);
  }

  get pixels() {
    return Math.max(32, Math.round(this.width * this.density));
  }

  shape(number, width, height) {
    const tile = this.byNumber.get(number);
    if (!tile) return;
    const before = this.ratio;
    tile.shape = { width, height };
    tile.element.dataset.live = "true";
    tile.empty.hidden = true;
    if (Math.abs(before - this.ratio) > 0.01) this.arrange();
  }

  // Height by width of the tallest picture: all tiles have the same box, and a wider phone stands in the middle of it.
  get ratio() {
    const shapes = this.wall.shown().map((tile) => tile.shape).filter(Boolean);
    const tallest = Math.max(0, ...shapes.map(({ width, height }) => height / width));
    return Math.min(MOST_RATIO, tallest || RATIO);
  }

  arrange() {
    const { wall } = this;
    for (const tile of wall.order) tile.element.hidden = !wall.only && !wall.filters.passes(tile.card);
    const count = wall.shown().length;
    if (!count) return;
    const room = { width: wall.grid.clientWidth - 2 * GAP, height: wall.grid.clientHeight - 2 * GAP };
    if (room.width <= 0) return;
    [this.columns, this.width] = wall.only ? [1, this.widest(room, 1, 1)] : this.view === "fit" ? this.fitting(room, count) : this.rows(room, count);
    const { style } = wall.grid;
    style.setProperty("--dw-width", `${Math.floor(this.width)}px`);
    style.setProperty("--dw-height", `${Math.floor(this.width * this.ratio)}px`);
    style.setProperty("--dw-columns", this.columns);
    wall.host.dataset.size = this.width < 110 ? "tiny" : this.width < 170 ? "small" : "large";
    let before = null;
    for (const tile of wall.order) {
      const next = before ? before.nextElementSibling : wall.row.firstElementChild;
      if (next !== tile.element) wall.row.insertBefore(tile.element, next);
      before = tile.element;
      wall.link.width(tile.number, this.pixels);
    }
    this.subscribe();
  }

  rows(room, count) {
    const columns = Math.min(IN_ROW, count);
    return [columns, this.widest(room, columns, 1)];
  }

  widest(room, columns, rows) {
    const across = (room.width - GAP * (columns - 1)) / columns;
    const down = ((room.height - GAP * (rows - 1)) / rows - FOOT) / this.ratio;
    return Math.max(40, Math.min(across, down > 90 || this.view === "fit" ? down : across));
  }

  fitting(room, count) {
    let best = [1, 0];
    for (let columns = 1; columns <= count; columns += 1) {
      const width = this.widest(room, columns, Math.ceil(count / columns));
      if (width > best[1]) best = [columns, width];
    }
    return best;
  }

  sight(entries) {
    for (const { target, isIntersecting } of entries) {
      const tile = this.wall.tiles.get(target.dataset.id) ?? [...this.byNumber.values()].find((each) => each.element === target);
      if (tile) tile.visible = isIntersecting;
    }
    this.subscribe();
  }

  // Tell the server what is in sight; nothing while the page is hidden.
  subscribe(again = false) {
    if (again) this.sent = "";
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      const { wall } = this;
      const shown = document.hidden ? [] : wall.shown().filter((tile) => tile.visible);
      const phones = shown.map((tile) => [tile.number, tile.card.id, Math.min(1080, this.pixels), this.pace(tile)]);
      const text = JSON.stringify(phones);
      if (text === this.sent || !wall.link.open) return;
      this.sent = text;
      wall.link.say({ t: "sub", phones });
    }, SUBSCRIBE_MS);
  }

  pace(tile) {
    if (this.wall.only) return FPS.single;
    return this.wall.acting && tile.selected ? FPS.driven : FPS.wall;
  }

  dispose() {
    clearTimeout(this.telling);
    clearInterval(this.standing);
    this.seen.disconnect();
    this.resized.disconnect();
  }
}
