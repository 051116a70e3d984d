// The main thread's end of the worker that owns the socket: pictures go past it, everything else comes through here.
export class Link {
  constructor(client, listeners) {
    this.listeners = listeners;
    this.open = false;
    this.drawn = 0;
    this.worker = new Worker(new URL("./worker.js", import.meta.url));
    this.worker.onmessage = ({ data }) => this.take(data);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const address = `${scheme}://${location.host}/wall/socket?client=${encodeURIComponent(client)}`;
    this.worker.postMessage({ t: "connect", address });
  }

  take(data) {
    if (data.t === "text") {
      const message = JSON.parse(data.text);
      this.listeners[message.t]?.(message);
    } else if (data.t === "open") {
      this.open = true;
      this.worker.postMessage({ t: "opened" });
      this.listeners.open();
    } else if (data.t === "closed") {
      this.open = false;
      this.listeners.closed(data.code);
    } else if (data.t === "shape") {
      this.listeners.shape(data);
    } else if (data.t === "stats") {
      this.drawn = data.drawn;
    }
  }

  say(message) {
    this.worker.postMessage({ t: "say", text: JSON.stringify(message) });
  }

  tile(number, canvas, width) {
    this.worker.postMessage({ t: "tile", number, canvas, width }, [canvas]);
  }

  width(number, width) {
    this.worker.postMessage({ t: "width", number, width });
  }

  drop(number) {
    this.worker.postMessage({ t: "drop", number });
  }

  close() {
    this.worker.postMessage({ t: "close" });
  }
}
