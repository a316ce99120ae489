/* What helps, where JavaScript runs. Every page works without it. See docs/look.md. */
(() => {
  "use strict";
  const all = (selector, root = document) => root.querySelectorAll(selector);

  // The list of errors takes the focus, so that a screen reader begins with it.
  document.querySelector("[data-focus]")?.focus();

  // A change of mode fetches a new sheet and keeps the page with everything typed on it.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-mode-form]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: "POST", redirect: "manual", body: new URLSearchParams({ mode: event.submitter.value, next: "/" }),
      });
      if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
      const old = document.getElementById("mode-sheet");
      const fresh = old.cloneNode();
      fresh.href = `/mode.css?${Date.now()}`;
      fresh.onload = () => old.remove();
      old.after(fresh);
      form.closest("details")?.removeAttribute("open");
    } catch {
      const word = document.createElement("input");
      Object.assign(word, { type: "hidden", name: "mode", value: event.submitter.value });
      form.append(word);
      form.submit();
    }
  });

  // Menus close on Escape and when something else is touched.
  const closeMenus = (except) => all("details[data-menu][open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-menu][open]");
    closeMenus();
    open?.querySelector("summary").focus();
  });

  // Reading aloud by the browser's own voice.
  if ("speechSynthesis" in window) {
    all("[data-read-aloud]").forEach((button) => {
      button.hidden = false;
      const show = (speaking) => {
        button.querySelector("[data-start]").hidden = speaking;
        button.querySelector("[data-stop]").hidden = !speaking;
      };
      button.addEventListener("click", () => {
        if (speechSynthesis.speaking) {
          speechSynthesis.cancel();
          show(false);
          return;
        }
        const parts = document.getElementById("main").innerText.split(/(?<=[。！？.!?\n])\s*/).filter((t) => t.trim());
        parts.forEach((text, index) => {
          const voice = new SpeechSynthesisUtterance(text);
          voice.lang = document.documentElement.lang === "en" ? "en" : "zh-CN";
          voice.rate = 0.9;
          if (index === parts.length - 1) voice.onend = () => show(false);
          speechSynthesis.speak(voice);
        });
        show(parts.length > 0);
      });
    });
    addEventListener("pagehide", () => speechSynthesis.cancel());
  }

  // Copy the text of a field: <button data-copy="id" hidden>.
  all("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      say(button.dataset.done);
    });
  });
  all("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  // A short word at the foot of the page, read out by screen readers.
  const say = (text) => {
    const live = document.getElementById("live");
    const note = document.createElement("p");
    note.className = "toast";
    note.textContent = text;
    live.replaceChildren(note);
    setTimeout(() => note.remove(), 6000);
  };
  window.gongzhi = { say };

  // One press sends a form once; coming back by the browser's history opens it again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.sending) {
      if (form.dataset.sending) event.preventDefault();
      return;
    }
    form.dataset.sending = "1";
    setTimeout(() => delete form.dataset.sending, 8000); // an answer that is a download leaves the page standing
  });
  addEventListener("pageshow", () => all("form[data-sending]").forEach((form) => delete form.dataset.sending));

  // What is typed is kept on this device until it is sent: <textarea data-keep="name">.
  all("[data-keep]").forEach((field) => {
    const key = `kept:${field.dataset.keep}`;
    try {
      if (!field.value) field.value = sessionStorage.getItem(key) ?? "";
      field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
    } catch { /* storage is switched off: the page works without it */ }
  });
  all("[data-forget]").forEach((mark) => {
    try { sessionStorage.removeItem(`kept:${mark.dataset.forget}`); } catch { /* as above */ }
  });

  // A map is fetched only when it is asked for.
  all("[data-map]").forEach((part) => {
    part.hidden = false;
    part.querySelector("[data-open]").addEventListener("click", () => {
      if (window.gongzhi.openMap) return void window.gongzhi.openMap(part);
      const script = document.createElement("script");
      script.src = part.dataset.script;
      script.onload = () => window.gongzhi.openMap(part);
      script.onerror = () => say(part.dataset.wordFailed);
      document.head.append(script);
    });
  });
})();
