// What a hand does on a picture: the recorder's rules (a press that stays within a box of 100 px is a tap).
export const BOX_PX = 100;
export const LONG_S = 0.5;

const clamp = (value) => Math.min(1, Math.max(0, value));

export class Press {
  constructor(tile, event) {
    this.tile = tile;
    this.began = event.timeStamp;
    this.place = tile.place();
    this.from = this.at(event);
    this.to = this.from;
    this.low = { ...this.from };
    this.high = { ...this.from };
  }

  at(event) {
    return { x: (event.clientX - this.place.left) / this.place.scale, y: (event.clientY - this.place.top) / this.place.scale };
  }

  move(event) {
    this.to = this.at(event);
    this.low = { x: Math.min(this.low.x, this.to.x), y: Math.min(this.low.y, this.to.y) };
    this.high = { x: Math.max(this.high.x, this.to.x), y: Math.max(this.high.y, this.to.y) };
  }

  get left() {
    return this.high.x - this.low.x >= BOX_PX || this.high.y - this.low.y >= BOX_PX;
  }

  get inside() {
    const { width, height } = this.tile.shape;
    return this.from.x >= 0 && this.from.y >= 0 && this.from.x <= width && this.from.y <= height;
  }

  // The gesture, in parts of the frame.
  end(event) {
    this.move(event);
    const { width, height } = this.tile.shape;
    const seconds = (event.timeStamp - this.began) / 1000;
    const start = { x: clamp(this.from.x / width), y: clamp(this.from.y / height) };
    if (this.left) {
      const end = { x2: clamp(this.to.x / width), y2: clamp(this.to.y / height) };
      return { kind: "swipe", ...start, ...end, seconds: Math.min(3, Math.max(0.1, seconds)) };
    }
    if (seconds >= LONG_S) return { kind: "long_tap", ...start, seconds: Math.min(10, seconds) };
    return { kind: "tap", ...start };
  }
}
