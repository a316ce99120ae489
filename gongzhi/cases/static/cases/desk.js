// The workplace by keyboard: j k Enter through the list, one letter a move, Ctrl+Enter sends, ? helps.
// Everything here also works by mouse and, without this file, by plain links and buttons.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const wide = matchMedia("(min-width: 70em)");

  // A row opens beside the list only where there is room; elsewhere its plain link is followed.
  document.addEventListener("htmx:before:request", (event) => {
    const link = event.target.closest?.("a[data-beside]");
    if (!link || wide.matches) return;
    event.preventDefault();
    location.assign(link.href);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const { sourceElement, target } = event.detail.ctx;
    if (target.id !== "case") return;
    const asked = sourceElement.closest("[data-row]") ?? one("[data-row][aria-current]");
    all("[data-row]").forEach((row) => row.toggleAttribute("aria-current", row === asked));
    asked?.setAttribute("aria-current", "true");
    one(".desk")?.classList.add("desk-open");
    target.scrollTop = 0;
    drawMaps();
    if (early) press(early);
    early = "";
  });
  // A refused fragment (case gone, signed out) is shown as the whole page it is.
  document.addEventListener("htmx:before:swap", (event) => {
    const { response, sourceElement, target } = event.detail.ctx;
    if (response.status < 400 || target.id !== "case") return;
    event.preventDefault();
    location.assign(sourceElement.href ?? one("#case a")?.href ?? location.pathname);
  });

  const rows = () => all("[data-row] > a");
  const step = (by) => {
    const links = rows();
    const here = links.findIndex((link) => link === document.activeElement || link.parentElement.hasAttribute("aria-current"));
    const next = links[Math.min(links.length - 1, Math.max(0, here + by))] ?? links[0];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    if (wide.matches && one(".desk-open") && next) next.click();
  };
  let early = ""; // the letter a quick hand pressed while the page was still fetching its case
  const press = (key) => {
    const button = one(`[data-key="${key}"]`);
    if (!button) {
      if (one("#case > [data-case].desk-hint")) early = key;
      return false;
    }
    button.click();
    return true;
  };
  const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form[data-ctrl-enter]") ?? one("form[data-ctrl-enter]");
      if (!form) return;
      event.preventDefault();
      form.requestSubmit(one("[name=keep]", form) ?? one("button:not([formnovalidate])", form));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open]")) return;
    const deeds = {
      j: () => step(1),
      k: () => step(-1),
      "?": () => one("#keys").showModal(),
      "/": () => (one("[data-search]") ? one("[data-search]").focus() : location.assign(one("[href$='/desk/list/']").href)),
      g: () => location.assign(one("[href$='/desk/']")?.href ?? "../"),
    };
    const deed = deeds[event.key] ?? (/^[a-z]$/.test(event.key) ? () => press(event.key) : null);
    if (deed && deed() !== false) event.preventDefault();
  });

  all("[data-open-dialog]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.closest("details")?.removeAttribute("open");
      document.getElementById(button.dataset.openDialog).showModal();
    });
  });

  // The undo bar counts its seconds and leaves when they are over; the server decides in any case.
  const bar = one("[data-undo]");
  if (bar) {
    let left = Number(bar.dataset.undo);
    const tick = () => {
      one("[data-left]", bar).textContent = left;
      if (left-- <= 0) bar.remove();
      else setTimeout(tick, 1000);
    };
    tick();
  }

  // The county's stream says that something happened; queues and the cockpit then ask for their figures again.
  if (one(".queues, [data-live]") && window.EventSource) {
    new EventSource("/live").addEventListener("message", () => document.body.dispatchEvent(new Event("live")));
  }

  // The clause is asked for only where the reason needs one.
  const reasons = all("input[name=reason][type=radio]");
  const clause = one("select[name=clause]")?.closest(".field");
  if (reasons.length && clause) {
    const show = () => { clause.hidden = one("input[name=reason]:checked")?.value !== "not_our_duty"; };
    reasons.forEach((radio) => radio.addEventListener("change", show));
    show();
  }
  // The number of the first case is asked for only for a duplicate.
  const first = one("input[name=duplicate_of]")?.closest(".field");
  if (first) {
    const show = () => { first.hidden = one("input[name=outcome]:checked")?.value !== "duplicate"; };
    all("input[name=outcome]").forEach((radio) => radio.addEventListener("change", show));
    show();
  }

  // A small map, fetched when its line is opened: the grid's outline and a mark, no tiles from elsewhere.
  const load = (tag, attributes) => new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement(tag), attributes, { onload: done, onerror: failed }));
  });
  const draw = async (box) => {
    if (!window.L) {
      await Promise.all([
        load("link", { rel: "stylesheet", href: box.dataset.sheet }),
        load("script", { src: box.dataset.script }),
      ]);
    }
    const spot = [Number(box.dataset.lat), Number(box.dataset.lon)];
    const map = window.L.map(box, { attributionControl: false, scrollWheelZoom: false }).setView(spot, 15);
    const answer = await fetch(box.dataset.outline).catch(() => null);
    if (answer?.ok) {
      const outline = window.L.geoJSON(await answer.json(), { className: "outline" }).addTo(map);
      if (outline.getBounds().isValid()) map.fitBounds(outline.getBounds());
    }
    window.L.circleMarker(spot, { radius: 7, className: "spot" }).addTo(map);
  };
  function drawMaps() {
    all("[data-desk-map]").forEach((box) => {
      box.closest("details").addEventListener("toggle", () => draw(box), { once: true });
    });
  }
  drawMaps();
})();
