// Runs before the first paint: the theme, and the browser's time zone for the server, which writes all times.
(() => {
  const KEY = "drover.theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem(KEY) ?? "system"; } catch { return "system"; } };
  const isDark = () => (kept() === "system" ? system.matches : kept() === "dark");
  const apply = () => {
    const dark = isDark();
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    globalThis.Quasar?.Dark?.set(dark);
    dispatchEvent(new CustomEvent("drover-theme", { detail: { dark } }));
  };
  const choose = (choice) => { try { localStorage.setItem(KEY, choice); } catch { /* a browser without storage */ } apply(); };
  const toggle = () => choose(isDark() ? "light" : "dark");
  system.addEventListener("change", apply);
  globalThis.droverTheme = { apply, choose, toggle, isDark };
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `drover_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=strict`;
  apply();
  addEventListener("DOMContentLoaded", apply);
})();
