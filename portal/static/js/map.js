// The drivers' map: markers, filters, list, panel and address all follow one view.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const REST = 200; // milliseconds that the view must rest before stations are asked for
  const CLOSE_UP = 15; // no first view and no station is shown nearer than this

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
        onStation: (code) => this.choose(code),
      });
      this.loader = new PortalMap.Loader(this.root.dataset.url, {
        onStart: () => this.notes.busy(true, this.words("loading")),
        onFeatures: (features) => this.show(features),
        onFailure: (again) => this.fail(again),
      });
      PortalMap.basics(map, this.words);
      PortalMap.worldControl(map, this.words).addTo(map);
      PortalMap.positionControl(map, this.words, this.notes).addTo(map);
      PortalMap.legend(this.words).addTo(map);
    }

    start() {
      const asked = this.firstView();
      this.map.on("moveend", () => this.moved());
      this.map.portalBase.on("loaderror", () => this.notes.say(this.words("baseFailed")));
      this.listenToFilters();
      this.listenToPage();
      const code = new URLSearchParams(window.location.search).get("station");
      if (code) this.choose(code, { load: !byId("station-panel")?.childElementCount, focus: false });
      this.refresh(0, asked);
    }

    // The view of the address, else of the stations that the server tells of, else the world.
    firstView() {
      const address = new URLSearchParams(window.location.search);
      const [lat, lng, zoom] = ["lat", "lng", "zoom"].map((name) => address.get(name));
      if ([lat, lng, zoom].every(PortalMap.finite)) {
        const { minZoom, maxZoom } = this.map.options;
        const near = Math.max(minZoom, Math.min(maxZoom, Math.round(Number(zoom))));
        this.map.setView([Math.max(-85, Math.min(85, Number(lat))), PortalMap.wrap(Number(lng))], near, { animate: false });
        return true;
      }
      const box = PortalMap.parseBox(this.root.dataset.bounds);
      if (box) this.map.fitBounds(PortalMap.boundsOf(box, 0), { maxZoom: CLOSE_UP, padding: [30, 40], animate: false });
      else PortalMap.showWorld(this.map);
      return false;
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
        if (typeof value === "string" && value.trim() && name !== "bbox") parameters.append(name, value.trim());
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
      if (features.length) this.notes.clear("stations");
      else if (this.notes.kind !== "panel") this.notes.say(this.words("empty"), { kind: "stations" });
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
      const url = this.root.dataset.panelUrl + encodeURIComponent(code);
      if (!window.htmx) {
        window.location.assign(url);
        return;
      }
      this.focusPanel = focus;
      window.htmx.ajax("GET", url, { source: panel, target: panel });
    }

    close() {
      const code = this.markers.selected;
      byId("station-panel")?.replaceChildren();
      this.markers.select(null);
      this.remember(this.filters());
      if (!code || !this.markers.focus(code)) this.map.getContainer().focus({ preventScroll: true });
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
        const link = event.target.closest("a[data-station]");
        if (!link) return;
        event.preventDefault();
        this.goTo(link.dataset);
        this.choose(link.dataset.station);
      });
      const panel = byId("station-panel");
      if (!panel) return;
      panel.addEventListener("htmx:afterSwap", (event) => {
        if (event.target !== panel || !this.focusPanel) return;
        panel.tabIndex = -1;
        panel.focus({ preventScroll: true });
        panel.scrollIntoView({ block: "nearest" });
      });
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
    goTo({ lat, lng }) {
      if (![lat ?? "", lng ?? ""].every(PortalMap.finite)) return;
      const at = L.latLng(Number(lat), PortalMap.nearCopy(Number(lng), this.map.getCenter().lng));
      if (this.map.getZoom() < CLOSE_UP - 2 || !this.map.getBounds().contains(at)) {
        this.map.setView(at, Math.max(this.map.getZoom(), CLOSE_UP - 2));
      }
    }
  }

  PortalMap.driver = (map) => new DriverMap(map).start();
})();
