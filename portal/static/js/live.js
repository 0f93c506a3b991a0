/* Pages that follow what happens. The server says "look again" on a stream, or, where it has no place for one, the page
   looks from time to time. Each part then fetches itself: [data-live] has the address, with the fields of the form
   [data-live-form]; [data-live-also] names what of the answer changes with it. Nothing here is needed to use the portal. */
"use strict";
(() => {
  const root = document.querySelector("[data-live-events]");
  if (!root || !window.htmx) return;
  const FIRST = 1000; // milliseconds on a page before it listens
  const APART = 2000; // between two looks
  const SILENT = 8000; // without a word a stream is dead: the server speaks every two seconds
  const POLL = 1000 * (Number(root.dataset.livePoll) || 10);
  const AGAIN = 60000; // until a stream is tried again
  const QUIET = 15000; // between two sentences for screen readers

  const announcer = document.getElementById("announcer");
  const timers = {};
  let stream = null, looked = 0, said = "", spoke = 0;

  const around = (time) => time * (0.85 + 0.3 * Math.random()); // so that many pages do not ask at once
  function later(name, time, work) {
    window.clearTimeout(timers[name]);
    timers[name] = window.setTimeout(work, time);
  }
  function forget(...names) {
    for (const name of names) window.clearTimeout(timers[name]);
  }

  function state(words) {
    const place = document.querySelector("[data-live-state]");
    const link = document.querySelector("[data-live-refresh]");
    if (place) place.textContent = place.dataset[words];
    if (place) place.classList.toggle("is-live", words === "liveWords");
    if (link) link.hidden = words === "liveWords" && document.activeElement !== link;
  }

  /* ---- looking ---- */
  const words = (element) => element.textContent.trim().replace(/\s+/g, " ");

  function look() {
    looked = Date.now();
    document.dispatchEvent(new CustomEvent("live:changed"));
    for (const part of document.querySelectorAll("[data-live]")) renew(part).catch(() => {}); // the next look tells
  }

  function address(part) {
    const url = new URL(part.dataset.live, window.location.href);
    const form = part.dataset.liveForm && document.querySelector(part.dataset.liveForm);
    for (const [name, value] of form ? new FormData(form) : []) if (value) url.searchParams.append(name, value);
    return url;
  }

  /* Puts the part in its new state. What reads the same stays as it is: no focus is moved, nothing is said. */
  async function renew(part) {
    const response = await fetch(address(part), { credentials: "same-origin", headers: { "HX-Request": "true" } });
    const text = await response.text();
    if (!part.isConnected) return; // somebody else has replaced it
    if (response.status === 401) window.location.reload(); // leads to the sign-in, and back again
    if (response.status === 404) part.dispatchEvent(new CustomEvent("live:gone", { bubbles: true }));
    if (!response.ok) return;
    const next = new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
    if (!next || words(next) === words(part)) return;
    window.htmx.swap(part, text, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 20 }, {
      select: `#${part.id}`, selectOOB: part.dataset.liveAlso, eventInfo: { live: true },
    });
    say();
  }

  /* One line, and not often, for those who hear the page. */
  function say() {
    const line = document.querySelector("[data-live-said]");
    if (!line || words(line) === said || Date.now() < spoke + QUIET) return;
    said = words(line);
    spoke = Date.now();
    announcer.textContent = said;
  }

  const lookSoon = () => later("look", Math.max(0, looked + APART - Date.now()), look);

  function poll() {
    later("poll", around(POLL), () => {
      lookSoon();
      poll();
    });
  }

  /* ---- listening ---- */
  function hush() {
    if (stream) stream.close();
    stream = null;
    forget("silence", "poll", "again", "look");
  }

  function fallBack() {
    hush();
    state("pollWords");
    lookSoon();
    poll();
    if (root.dataset.liveEvents) later("again", around(AGAIN), listen);
  }

  function listen() {
    hush();
    if (!root.dataset.liveEvents || !window.EventSource) {
      fallBack();
      return;
    }
    stream = new EventSource(root.dataset.liveEvents);
    const alive = () => later("silence", SILENT, fallBack);
    alive();
    stream.addEventListener("ready", () => {
      state("liveWords");
      alive();
      lookSoon();
    });
    stream.addEventListener("changed", () => {
      alive();
      lookSoon();
    });
    stream.addEventListener("ping", alive);
    stream.addEventListener("full", fallBack);
    stream.addEventListener("error", () => {
      if (stream && stream.readyState === EventSource.CLOSED) fallBack(); // else the browser comes back by itself
    });
  }

  /* A page that nobody looks at needs no place; seen again, it looks at once. */
  document.addEventListener("visibilitychange", () => {
    hush();
    if (document.hidden) return;
    lookSoon();
    later("again", FIRST, listen);
  });
  window.addEventListener("pagehide", hush);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) later("again", FIRST, listen);
  });
  if (!document.hidden) later("again", FIRST, listen);

  const line = document.querySelector("[data-live-said]");
  if (line) said = words(line);
})();
