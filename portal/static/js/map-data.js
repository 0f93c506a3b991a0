// Asks for the stations of a view: waits for the view to rest, gives up what is out of date, reports failures.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const PATIENCE = 20000; // milliseconds until an answer counts as failed

  PortalMap.Loader = class {
    constructor(url, { onStart, onFeatures, onFailure }) {
      Object.assign(this, { url, onStart, onFeatures, onFailure, timer: null, running: null, last: null });
    }

    // Asks after `delay` milliseconds without another call; only the newest request is ever answered.
    ask(parameters, delay = 0) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.send(parameters), delay);
      this.last = parameters;
    }

    // The same again, without a word, unless something is on its way anyway.
    again() {
      if (this.last && !this.timer && !this.running) this.send(this.last, { quiet: true });
    }

    async send(parameters, { quiet = false } = {}) {
      this.timer = null;
      if (this.running) this.running.abort();
      const mine = new AbortController();
      this.running = mine;
      const limit = window.setTimeout(() => mine.abort("late"), PATIENCE);
      if (!quiet) this.onStart();
      try {
        const response = await fetch(`${this.url}?${parameters}`, {
          signal: mine.signal, credentials: "same-origin", headers: { Accept: "application/geo+json, application/json" },
        });
        if (!response.ok) throw new Error(`stations: ${response.status}`);
        const { features } = await response.json();
        if (!Array.isArray(features)) throw new Error("stations: not a feature collection");
        if (this.running === mine) this.onFeatures(features);
      } catch {
        if (this.running === mine && !quiet) this.onFailure(() => this.ask(parameters));
      } finally {
        window.clearTimeout(limit);
        if (this.running === mine) this.running = null;
      }
    }
  };
})();
