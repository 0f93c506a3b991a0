/* Pages that follow what happens. The server says "look again" on a stream, or, where it has no place for one, the page
   looks from time to time; each [data-live] then fetches itself. Nothing of this is needed to use the portal. */
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
  function look() {
    looked = Date.now();
    for (const part of document.querySelectorAll("[data-live]")) window.htmx.trigger(part, "live:changed");
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

  /* ---- what comes back ---- */
  const words = (element) => element.textContent.trim().replace(/\s+/g, " ");
  const ours = (event) => event.detail.requestConfig?.triggeringEvent?.type === "live:changed";

  /* What reads the same stays as it is: no focus is moved, nothing is said. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (!ours(event) || !target.id || xhr.status !== 200) return;
    const next = new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById(target.id);
    if (!next || words(next) === words(target)) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const line = ours(event) && document.querySelector("[data-live-said]");
    if (!line || words(line) === said || Date.now() < spoke + QUIET) return;
    said = words(line);
    spoke = Date.now();
    announcer.textContent = said;
  });
  const line = document.querySelector("[data-live-said]");
  if (line) said = words(line);
})();
