/* Light or dark: the choice goes into a cookie, and to the login where somebody is signed in (the button holds the
   address), so that the server renders it and nothing flashes. Choosing what the system prefers anyway means to
   follow the system again. */
"use strict";
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const preferred = () => (system.matches ? "dark" : "light");

  function keep(address, theme) {
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const headers = { "HX-Request": "true", "X-CSRFToken": token };
    /* What fails here is only that other browsers do not hear of it. */
    fetch(address, { method: "POST", headers, body: new URLSearchParams({ theme }), keepalive: true }).catch(() => {});
  }

  function choose(theme, address) {
    const follows = theme === preferred();
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${follows ? "" : theme}; Path=/; SameSite=Lax; Max-Age=${follows ? 0 : 31536000}${secure}`;
    if (follows) root.removeAttribute("data-bs-theme");
    else root.setAttribute("data-bs-theme", theme);
    if (address) keep(address, follows ? "auto" : theme);
    document.dispatchEvent(new CustomEvent("portal:theme", { detail: theme }));
  }

  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = root.getAttribute("data-bs-theme") || preferred();
      choose(now === "dark" ? "light" : "dark", button.dataset.themeToggle);
    });
  }
  system.addEventListener("change", () => {
    if (!root.hasAttribute("data-bs-theme")) document.dispatchEvent(new CustomEvent("portal:theme", { detail: preferred() }));
  });
})();
