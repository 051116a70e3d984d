// Owns the socket: takes pictures in, decodes them at the size of their tiles, draws them, and gives credits back.
const HEAD = 24;
const ACK_EVERY = 8;
const ACK_MS = 40;
const STATS_MS = 500;
const PAUSES_MS = [300, 1000, 2000, 5000];

const tiles = new Map(); // number -> {canvas, context, width, busy, next, sequence}
let socket = null;
let address = "";
let failures = 0;
let undrawn = 0;
let ackTimer = null;
let drawn = 0;
let closing = false;
let unsent = [];

function connect() {
  socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    failures = 0;
    postMessage({ t: "open" });
  };
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") postMessage({ t: "text", text: data });
    else batch(data);
  };
  socket.onclose = ({ code }) => {
    socket = null;
    if (closing) return;
    postMessage({ t: "closed", code });
    if (code === 1008) return;
    setTimeout(connect, PAUSES_MS[Math.min(failures++, PAUSES_MS.length - 1)]);
  };
}

function send(text) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(text);
  else if (unsent.length < 50) unsent.push(text);
}

function acknowledge(count) {
  undrawn += count;
  if (undrawn >= ACK_EVERY) flush();
  else if (ackTimer === null) ackTimer = setTimeout(flush, ACK_MS);
}

function flush() {
  clearTimeout(ackTimer);
  ackTimer = null;
  if (undrawn && socket?.readyState === WebSocket.OPEN) socket.send(`{"t":"ack","n":${undrawn}}`);
  undrawn = 0;
}

function batch(buffer) {
  const view = new DataView(buffer);
  let at = 0;
  while (at + HEAD <= buffer.byteLength) {
    const number = view.getUint16(at, true);
    const sequence = view.getUint32(at + 4, true);
    const shape = view.getUint32(at + 16, true);
    const length = view.getUint32(at + 20, true);
    const jpeg = new Uint8Array(buffer, at + HEAD, length);
    at += HEAD + length;
    offer(number, { sequence, width: shape >>> 16, height: shape & 0xffff, jpeg });
  }
}

function offer(number, picture) {
  const tile = tiles.get(number);
  if (!tile) return acknowledge(1);
  if (tile.next) acknowledge(1); // a newer one is there before it was drawn
  tile.next = picture;
  if (!tile.busy) draw(number, tile);
}

async function draw(number, tile) {
  tile.busy = true;
  while (tile.next) {
    const picture = tile.next;
    tile.next = null;
    try {
      await paint(number, tile, picture);
    } catch {
      // A picture that cannot be decoded is left out: the next one comes soon.
    }
    acknowledge(1);
  }
  tile.busy = false;
}

async function paint(number, tile, picture) {
  const width = Math.max(1, Math.round(tile.width));
  const height = Math.max(1, Math.round((width * picture.height) / picture.width));
  const blob = new Blob([picture.jpeg], { type: "image/jpeg" });
  const bitmap = await createImageBitmap(blob, { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" });
  const { canvas } = tile;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  tile.context.drawImage(bitmap, 0, 0);
  bitmap.close();
  drawn += 1;
  const first = tile.sequence === null;
  tile.sequence = picture.sequence;
  if (first || tile.shapeWidth !== picture.width || tile.shapeHeight !== picture.height) {
    tile.shapeWidth = picture.width;
    tile.shapeHeight = picture.height;
    postMessage({ t: "shape", number, width: picture.width, height: picture.height });
  }
}

setInterval(() => {
  postMessage({ t: "stats", drawn });
}, STATS_MS);

const TAKE = {
  connect: (message) => {
    address = message.address;
    connect();
  },
  say: (message) => send(message.text),
  opened: () => {
    const waiting = unsent;
    unsent = [];
    waiting.forEach(send);
  },
  tile: ({ number, canvas, width }) => {
    tiles.set(number, { canvas, context: canvas.getContext("2d", { alpha: false }), width, busy: false, next: null, sequence: null });
  },
  width: ({ number, width }) => {
    const tile = tiles.get(number);
    if (tile) tile.width = width;
  },
  drop: ({ number }) => tiles.delete(number),
  close: () => {
    closing = true;
    socket?.close(1000);
    self.close();
  },
};

onmessage = ({ data }) => TAKE[data.t](data);
