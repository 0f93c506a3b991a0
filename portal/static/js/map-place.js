// Small maps: one that places a station (bound to the form's number fields), one that shows where it is.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const near = (map) => (map.portalBase instanceof PortalMap.World ? 7 : 13); // as near as there is something to see
  const DIGITS = 6; // a tenth of a metre

  const icon = (className) =>
    L.divIcon({ html: PortalMap.pin("available", false), className: `map-station ${className}`, iconSize: [32, 40], iconAnchor: [16, 39] });

  function position(lat, lng) {
    if (![lat, lng].every((value) => value !== undefined && PortalMap.finite(value))) return null;
    const [north, east] = [Number(lat), Number(lng)];
    return Math.abs(north) <= 90 && Math.abs(east) <= 180 ? L.latLng(north, east) : null;
  }

  PortalMap.mini = (map) => {
    const root = PortalMap.rootOf(map);
    const words = PortalMap.words(root);
    PortalMap.basics(map, words);
    map.scrollWheelZoom.disable(); // the page scrolls on under a small map
    const at = position(root.dataset.lat, root.dataset.lng);
    if (!at) return PortalMap.showWorld(map);
    L.marker(at, { icon: icon("is-fixed"), title: words("placed"), keyboard: false, interactive: false }).addTo(map);
    return map.setView(at, near(map), { animate: false });
  };

  class Picker {
    constructor(map) {
      this.map = map;
      this.root = PortalMap.rootOf(map);
      this.words = PortalMap.words(this.root);
      const form = this.root.closest("form");
      [this.lat, this.lng] = ["latitude", "longitude"].map((name) => form.elements.namedItem(name));
      this.marker = L.marker([0, 0], { icon: icon("is-draggable"), draggable: true, autoPan: true, title: this.words("place") });
      PortalMap.basics(map, this.words);
      PortalMap.worldControl(map, this.words).addTo(map);
    }

    start() {
      const at = this.read();
      if (at) this.map.setView(at, near(this.map), { animate: false });
      else PortalMap.showWorld(this.map);
      this.map.on("click", ({ latlng }) => this.write(latlng));
      this.marker.on("drag dragend", () => this.write(this.marker.getLatLng()));
      this.marker.on("add", () => this.listenToKeys(this.marker.getElement()));
      for (const field of [this.lat, this.lng]) field.addEventListener("input", () => this.follow());
      this.place(at);
    }

    read() {
      return position(this.lat.value, this.lng.value);
    }

    place(at) {
      if (at) this.marker.setLatLng(at).addTo(this.map);
      else this.marker.remove();
    }

    // Fields → map: only a valid position moves it, and only one out of view moves the view.
    follow() {
      const at = this.read();
      if (at) at.lng = PortalMap.nearCopy(at.lng, this.map.getCenter().lng);
      this.place(at);
      if (at && !this.map.getBounds().pad(-0.1).contains(at)) this.map.setView(at, Math.max(this.map.getZoom(), 4));
    }

    // Map → fields; pages that watch the fields hear a change as if it had been typed.
    write(latlng) {
      this.place(latlng);
      const { lat, lng } = latlng;
      this.lat.value = Math.max(-90, Math.min(90, lat)).toFixed(DIGITS);
      this.lng.value = PortalMap.wrap(lng).toFixed(DIGITS);
      for (const field of [this.lat, this.lng]) field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    listenToKeys(element) {
      const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
      element.setAttribute("aria-label", this.words("place"));
      element.addEventListener("keydown", (event) => {
        const step = steps[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        const pixels = L.point(step).multiplyBy(event.shiftKey ? 20 : 2);
        const to = this.map.layerPointToLatLng(this.map.latLngToLayerPoint(this.marker.getLatLng()).add(pixels));
        this.write(to);
        this.map.panInside(to, { padding: [30, 40] });
      });
    }
  }

  PortalMap.picker = (map) => new Picker(map).start();
})();
