/* What every page does beyond plain links and forms. Nothing here is needed to use the portal. */
"use strict";
(() => {
  const body = document.body;
  const announcer = document.getElementById("announcer");
  const toasts = document.getElementById("toasts");

  /* Emptied first, so that the same words twice are read twice. */
  function announce(text) {
    announcer.textContent = "";
    window.setTimeout(() => { announcer.textContent = text; }, 50);
  }

  function toast(text) {
    for (const old of toasts.children) if (old.firstChild.textContent === text) old.remove();
    const note = document.createElement("div");
    note.className = "toast-note";
    const words = document.createElement("p");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", toasts.dataset.close);
    close.addEventListener("click", () => note.remove());
    note.append(words, close);
    toasts.append(note);
  }

  /* The server's own words, when its answer has them (the fragment of shared/error.html). */
  function refusal(xhr) {
    if (!xhr.responseText.includes("data-error")) return "";
    const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
    return answer.querySelector("[data-error]")?.textContent.trim() || "";
  }

  function failure(xhr) {
    const words = toasts.dataset;
    if (xhr.status === 429) return words.slow.replace("{seconds}", xhr.getResponseHeader("Retry-After") || "60");
    const said = refusal(xhr);
    if (said) return said;
    return { 0: words.network, 400: words.expired, 403: words.forbidden, 404: words.missing, 409: words.conflict }[xhr.status] || words.server;
  }

  /* ---- requests by htmx ---- */
  let running = 0;
  const busy = (target, on) => {
    running = Math.max(0, running + (on ? 1 : -1));
    body.classList.toggle("busy", running > 0);
    if (!target) return;
    if (on) target.setAttribute("aria-busy", "true");
    else target.removeAttribute("aria-busy");
  };

  body.addEventListener("htmx:configRequest", (event) => {
    const { verb, headers, parameters } = event.detail;
    headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
    if (verb !== "get") return;
    /* Unset filters stay out of the address. */
    for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });
  body.addEventListener("htmx:beforeSend", (event) => busy(event.detail.target, true));
  body.addEventListener("htmx:afterRequest", (event) => busy(event.detail.target, false));
  body.addEventListener("htmx:responseError", (event) => toast(failure(event.detail.xhr)));
  body.addEventListener("htmx:sendError", () => toast(toasts.dataset.network));
  body.addEventListener("htmx:timeout", () => toast(toasts.dataset.network));

  /* ---- the focus survives a swap ---- */
  let lost = null;
  const held = new WeakMap();
  /* A button that is disabled while its request runs has lost the focus before the answer comes. */
  body.addEventListener("htmx:beforeRequest", (event) => held.set(event.detail.xhr, document.activeElement));
  body.addEventListener("htmx:afterRequest", (event) => {
    const before = held.get(event.detail.xhr);
    if (document.activeElement === body && before?.isConnected) before.focus({ preventScroll: true });
  });
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    const said = xhr.status === 422 && refusal(xhr);
    if (said) {
      event.detail.shouldSwap = false;
      toast(said);
      return;
    }
    const active = document.activeElement === body && held.get(xhr) || document.activeElement;
    lost = target && active !== body && target.contains(active) ? { element: active, id: active.id, home: target.id } : null;
  });
  body.addEventListener("htmx:afterSettle", (event) => {
    const elt = event.detail.elt;
    const spoken = elt.matches("[data-announce]") ? elt : elt.querySelector("[data-announce]");
    if (spoken && !event.detail.live) announce(spoken.textContent.trim().replace(/\s+/g, " "));
    reveal(elt);
    if (!lost || lost.element.isConnected || document.activeElement !== body) return;
    const home = lost.home && document.getElementById(lost.home);
    const next = (lost.id && document.getElementById(lost.id)) ||
      (home && (home.querySelector("[data-focus]") || (home.hasAttribute("tabindex") ? home : home.querySelector("button, a[href], input"))));
    lost = null;
    if (next) next.focus({ preventScroll: true });
  });

  /* ---- menus made of <details> ---- */
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  function closeMenu(menu) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }

  document.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-menu-close]");
    if (cancel) closeMenu(cancel.closest("details"));
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
    event.target.closest("[data-dismiss]")?.closest(".toast-note").remove();
    const copy = event.target.closest("[data-copy]");
    if (copy) copyFrom(copy);
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const inner = [...openMenus()].pop();
      if (inner) closeMenu(inner);
      return;
    }
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  /* ---- copy buttons ---- */
  async function copyFrom(button) {
    const source = document.getElementById(button.dataset.copy);
    source.select();
    try {
      await navigator.clipboard.writeText(source.value);
    } catch {
      /* Without a secure origin there is no clipboard: the text stays selected, ready for the keyboard. */
      return;
    }
    const words = button.querySelector("span");
    const before = words.textContent;
    words.textContent = button.dataset.copied;
    announce(button.dataset.copied);
    window.setTimeout(() => { words.textContent = before; }, 2000);
  }

  /* ---- rows ticked for one action: the controls open with the first tick and say how many there are ---- */
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-tick]")) return;
    const form = event.target.form;
    const ticked = document.querySelectorAll(`[data-tick][form="${form.id}"]:checked`).length;
    const words = form.querySelector("[data-ticked]");
    if (ticked) form.closest("[data-bulk]").open = true;
    words.textContent = ticked ? words.dataset.ticked.replace("{count}", ticked) : "";
  });

  /* Controls that only a script can serve are hidden in the page and shown here. */
  function reveal(root) {
    for (const element of root.querySelectorAll("[data-copy][hidden], [data-menu-close][hidden], [data-print][hidden]")) element.hidden = false;
  }
  reveal(document);
})();
