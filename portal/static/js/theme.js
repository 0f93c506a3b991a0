/* Light or dark: the choice goes into a cookie, so that the server renders it and nothing flashes.
   Choosing what the system prefers anyway removes the cookie: the page follows the system again. */
"use strict";
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const preferred = () => (system.matches ? "dark" : "light");

  function choose(theme) {
    const follows = theme === preferred();
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${follows ? "" : theme}; Path=/; SameSite=Lax; Max-Age=${follows ? 0 : 31536000}${secure}`;
    if (follows) root.removeAttribute("data-bs-theme");
    else root.setAttribute("data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("portal:theme", { detail: theme }));
  }

  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = root.getAttribute("data-bs-theme") || preferred();
      choose(now === "dark" ? "light" : "dark");
    });
  }
  system.addEventListener("change", () => {
    if (!root.hasAttribute("data-bs-theme")) document.dispatchEvent(new CustomEvent("portal:theme", { detail: preferred() }));
  });
})();
