// The drivers' map: markers, filters, list, panel and address all follow one view.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const REST = 200; // milliseconds that the view must rest before stations are asked for
  const HERE = ["bbox", "near"]; // fields that only the list needs; where somebody is stays out of the address

  const byId = (id) => document.getElementById(id);

  class DriverMap {
    constructor(map) {
      this.map = map;
      this.root = PortalMap.rootOf(map);
      this.words = PortalMap.words(this.root);
      this.form = byId("map-filters");
      this.notes = new PortalMap.Notes(this.root);
      this.markers = new PortalMap.Markers(map, this.words, {
        language: document.documentElement.lang || undefined,
        onCluster: (cluster) => this.open(cluster),
        onStation: (code) => {
          this.fromList = false;
          this.choose(code);
        },
      });
      this.loader = new PortalMap.Loader(this.root.dataset.url, {
        onStart: () => this.notes.busy(true, this.words("loading")),
        onFeatures: (features) => this.show(features),
        onFailure: (again) => this.fail(again),
      });
      this.position = new PortalMap.Position(map, this.words, this.notes, (...here) => this.measureFrom(...here));
      PortalMap.basics(map, this.words, { zoom: false });
      PortalMap.toolbar(map, this.words, { position: () => this.position.ask(), share: () => PortalMap.share(this.words, this.notes) });
    }

    start() {
      const asked = PortalMap.firstView(this.map, this.root.dataset.bounds);
      this.map.on("moveend", () => this.moved());
      this.map.portalBase.on("loaderror", () => this.notes.say(this.words("baseFailed")));
      this.listenToFilters();
      this.listenToPage();
      document.addEventListener("live:changed", () => this.loader.again()); // see live.js
      const code = new URLSearchParams(window.location.search).get("station");
      if (code) {
        const open = document.querySelector("#station-panel .station-card");
        if (open) this.reveal = PortalMap.placeOf(this.map, code, open.dataset);
        this.choose(code, { load: !open, focus: false });
        if (this.reveal && (!asked || !this.map.getBounds().contains(this.reveal.at))) {
          this.map.setView(this.reveal.at, asked ? this.map.getZoom() : PortalMap.CLOSE_UP, { animate: false });
        }
      }
      this.refresh(0, asked || Boolean(code));
    }

    moved() {
      this.notes.clear();
      this.refresh(REST, true);
    }

    // Asks for markers and, when the list no longer shows this view, for the list as well.
    refresh(delay, withList) {
      const box = PortalMap.viewBox(this.map).join(",");
      const parameters = this.filters();
      const field = this.form && this.form.elements.namedItem("bbox");
      if (field) field.value = box;
      this.remember(parameters);
      parameters.set("bbox", box);
      parameters.set("zoom", String(this.map.getZoom()));
      this.loader.ask(parameters, delay);
      window.clearTimeout(this.listTimer);
      if (withList) this.listTimer = window.setTimeout(() => this.refreshList(), delay);
    }

    refreshList() {
      const list = byId("stations-list");
      if (list && window.htmx) window.htmx.trigger(list, "map:moved");
    }

    filters() {
      const parameters = new URLSearchParams();
      for (const [name, value] of this.form ? new FormData(this.form) : []) {
        if (typeof value === "string" && value.trim() && !HERE.includes(name)) parameters.append(name, value.trim());
      }
      return parameters;
    }

    // The address always leads back to this view, these filters and this station.
    remember(filters) {
      const address = new URLSearchParams(filters);
      const { lat, lng } = this.map.getCenter();
      address.set("lat", lat.toFixed(5));
      address.set("lng", PortalMap.wrap(lng).toFixed(5));
      address.set("zoom", String(this.map.getZoom()));
      if (this.markers.selected) address.set("station", this.markers.selected);
      window.history.replaceState(window.history.state, "", `${window.location.pathname}?${address}`);
    }

    show(features) {
      this.notes.busy(false);
      this.markers.show(features);
      if (this.reveal && !PortalMap.uncover(this.map, this.markers, this.reveal, features)) this.reveal = null;
      if (features.length) this.notes.clear("stations");
      else if (this.notes.kind !== "panel") this.notes.say(this.words("empty"), { kind: "stations" });
    }

    // The list is measured from here from now on, and the map looks at it.
    measureFrom(latitude, longitude, at) {
      const field = this.form && this.form.elements.namedItem("near");
      if (field) field.value = `${latitude.toFixed(5)},${longitude.toFixed(5)}`;
      this.map.setView(at, Math.max(this.map.getZoom(), 13));
      this.refresh(REST, true);
    }

    forgetPosition() {
      const field = this.form && this.form.elements.namedItem("near");
      if (field) field.value = "";
      this.position.forget();
      this.notes.clear();
      this.refresh(0, true);
    }

    fail(again) {
      this.notes.busy(false);
      this.notes.say(this.words("failed"), { kind: "stations", action: { label: this.words("retry"), press: again } });
    }

    open({ lat, lng, properties }) {
      const { map } = this;
      const middle = map.getCenter().lng;
      const box = Array.isArray(properties.bbox) ? PortalMap.parseBox(properties.bbox.join(",")) : null;
      const bounds = box && PortalMap.boundsOf(box, middle);
      const fitting = bounds ? map.getBoundsZoom(bounds, false, L.point(60, 60)) : map.getZoom() + 2;
      const zoom = Math.min(map.getMaxZoom(), Math.max(map.getZoom() + 1, Math.min(fitting, map.getMaxZoom())));
      if (map.getZoom() === map.getMaxZoom()) { // no nearer view would part them: the list names each
        this.notes.say(this.words("crowded"));
        byId("stations-list")?.focus();
        return;
      }
      map.setView(bounds ? bounds.getCenter() : [lat, PortalMap.nearCopy(lng, middle)], zoom);
    }

    choose(code, { load = true, focus = true } = {}) {
      this.markers.select(code);
      this.remember(this.filters());
      const panel = byId("station-panel");
      if (!load || !panel) return;
      const url = this.root.dataset.panelUrl.replace("{code}", encodeURIComponent(code));
      if (!window.htmx) {
        window.location.assign(url);
        return;
      }
      this.focusPanel = focus;
      window.htmx.ajax("GET", url, { source: panel, target: panel });
    }

    // The focus goes back to what opened the panel: the marker, or the station's name in the list.
    close() {
      const code = this.markers.selected;
      byId("station-panel")?.replaceChildren();
      this.markers.select(null);
      this.reveal = null;
      this.remember(this.filters());
      const name = code && this.fromList && document.querySelector(`#stations-list a[data-station="${CSS.escape(code)}"]`);
      if (name) name.focus();
      else if (!code || !this.markers.focus(code)) this.map.getContainer().focus({ preventScroll: true });
    }

    listenToFilters() {
      if (!this.form) return;
      const changed = (delay) => this.refresh(delay, true);
      this.form.addEventListener("input", () => changed(300));
      this.form.addEventListener("change", () => changed(0));
      this.form.addEventListener("reset", () => window.setTimeout(() => changed(0)));
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        changed(0);
      });
    }

    listenToPage() {
      document.addEventListener("click", (event) => {
        if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
        if (event.target.closest("[data-map-close]")) {
          event.preventDefault();
          this.close();
          return;
        }
        if (event.target.closest("[data-near-clear]")) {
          event.preventDefault();
          this.forgetPosition();
          return;
        }
        const link = event.target.closest("a[data-station]");
        if (!link) return;
        event.preventDefault();
        this.fromList = true;
        this.goTo(link.dataset);
        this.choose(link.dataset.station);
      });
      const panel = byId("station-panel");
      if (!panel) return;
      document.addEventListener("keydown", (event) => {
        const menu = document.querySelector("details[data-menu][open]"); // it is closed first
        if (event.key === "Escape" && !event.defaultPrevented && !menu && panel.childElementCount) this.close();
      }, true);
      panel.addEventListener("htmx:afterSwap", (event) => {
        if (event.target !== panel || !this.focusPanel) return;
        panel.tabIndex = -1;
        panel.focus({ preventScroll: true });
        panel.scrollIntoView({ block: "nearest" });
      });
      panel.addEventListener("live:gone", () => this.close());
      for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
        panel.addEventListener(name, (event) => {
          event.stopPropagation(); // said on the map; the page need not say it again
          const gone = event.detail.xhr && event.detail.xhr.status === 404;
          this.close();
          this.notes.say(this.words(gone ? "gone" : "panelFailed"), { kind: "panel" });
          if (gone) this.refresh(0, true);
        });
      }
    }

    // A station of the list comes into view, near enough to stand alone.
    goTo({ station, lat, lng }) {
      this.reveal = PortalMap.placeOf(this.map, station, { lat, lng });
      if (!this.reveal || this.markers.has(station)) return;
      this.map.setView(this.reveal.at, Math.max(this.map.getZoom(), PortalMap.CLOSE_UP - 2));
    }
  }

  PortalMap.driver = (map) => new DriverMap(map).start();
})();
