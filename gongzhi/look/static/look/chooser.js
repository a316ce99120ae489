// Choosing by typing: an input with a datalist becomes a combobox that shows its groups (WAI-ARIA 1.2, list popup).
// Without this file the browser's own list is offered, and the server understands a part of a name.
(() => {
  "use strict";
  const MOST = 60; // rows drawn at once; typing brings the others
  let serial = 0;
  const enhance = (input) => {
    const source = input.list;
    if (!source || input.dataset.ready) return;
    input.dataset.ready = "1";
    const options = [...source.options].map((one) => ({ name: one.value, group: one.textContent, low: `${one.value} ${one.textContent}`.toLowerCase() }));
    const popup = document.createElement("ul");
    popup.id = `chooser-${++serial}`;
    popup.className = "chooser-list";
    popup.setAttribute("role", "listbox");
    popup.setAttribute("aria-label", input.getAttribute("aria-label") ?? input.labels[0]?.textContent ?? "");
    popup.hidden = true;
    input.after(popup);
    input.parentElement.classList.add("chooser");
    input.removeAttribute("list");
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", popup.id]]) input.setAttribute(name, value);
    let settled = input.value, at = -1;
    const rows = () => [...popup.querySelectorAll("[role=option]")];
    const close = () => {
      popup.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const line = (text, role, extra = {}) => {
      const row = document.createElement("li");
      row.textContent = text;
      row.setAttribute("role", role);
      Object.assign(row, extra);
      popup.append(row);
      return row;
    };
    const open = () => {
      const pieces = input.value === settled ? [] : input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fit = options.filter((one) => pieces.every((piece) => one.low.includes(piece)));
      popup.replaceChildren();
      let group = "";
      fit.slice(0, MOST).forEach((one, n) => {
        if (one.group && one.group !== group) line(one.group, "presentation", { className: "chooser-group" });
        group = one.group;
        const row = line(one.name, "option", { id: `${popup.id}-${n}` });
        row.setAttribute("aria-selected", String(one.name === settled));
      });
      if (!fit.length) line(input.dataset.none, "presentation", { className: "chooser-group" });
      if (fit.length > MOST) line("…", "presentation", { className: "chooser-group" });
      at = -1;
      input.removeAttribute("aria-activedescendant");
      popup.hidden = false;
      input.setAttribute("aria-expanded", "true");
    };
    const mark = (to) => {
      const all = rows();
      if (!all.length) return;
      all[at]?.classList.remove("chooser-here");
      at = (to + all.length) % all.length;
      all[at].classList.add("chooser-here");
      all[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", all[at].id);
    };
    const pick = (row) => {
      settled = input.value = row.textContent;
      close();
      for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    };
    input.addEventListener("input", (event) => { if (event.isTrusted) open(); });
    input.addEventListener("click", () => { if (popup.hidden) open(); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (popup.hidden) open();
        mark(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
      } else if (event.key === "Enter" && !popup.hidden && at >= 0 && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        pick(rows()[at]);
      } else if (event.key === "Escape" && !popup.hidden) {
        event.preventDefault();
        close();
      }
    });
    popup.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    popup.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) pick(row);
    });
    input.select();
  };
  // Also for parts of a page that come later: enhanced when the focus first enters.
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("input[data-chooser]")) enhance(event.target);
  });
})();
