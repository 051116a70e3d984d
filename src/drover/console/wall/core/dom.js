// Makes elements: h("button", {class: "x", onclick: f}, "text", child).
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Icons drawn here: no font or host is asked for them.
const PATHS = {
  back: "M15 5l-7 7 7 7",
  home: "M4 11l8-7 8 7M6 10v9h12v-9",
  recents: "M6 6h12v12H6z",
  enter: "M19 6v6H6m4-4l-4 4 4 4",
  text: "M5 6h14M12 6v13",
  release: "M8 11V8a4 4 0 0 1 7.5-2M6 11h12v8H6z",
  open: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5L20 20",
  close: "M6 6l12 12M18 6L6 18",
  rejoin: "M5 12a7 7 0 1 1 2 5M5 12l-2-2M5 12l2.5-1.5",
  pointer: "M7 4l11 9-5 .8 2.6 5-2.2 1-2.4-5L7 18z",
  hand: "M9 12V6a1.5 1.5 0 0 1 3 0v5m0-1a1.5 1.5 0 0 1 3 0v1m0 0a1.5 1.5 0 0 1 3 0v4a5 5 0 0 1-5 5h-1a5 5 0 0 1-4.200-2.300L5.500 14a1.500 1.500 0 0 1 2.500-1.600L9 13",
  rows: "M4 5h16v6H4zM4 14h16v5H4z",
  fit: "M4 4h4v4H4zM10 4h4v4h-4zM16 4h4v4h-4zM4 10h4v4H4zM10 10h4v4h-4zM16 10h4v4h-4zM4 16h4v4H4zM10 16h4v4h-4zM16 16h4v4h-4z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("dw-icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
