// Clusters and stations as keyboard-operable markers. Everything is built from elements and attributes.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const SVG = "http://www.w3.org/2000/svg";

  // Shape tells the network (drop: public, shield: private), glyph and colour tell the status.
  const OUTLINES = {
    public: "M16 39C9 29 3 23.500 3 16a13 13 0 0 1 26 0c0 7.500-6 13-13 23z",
    private: "M16 39 9 31H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3h20a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3h-3z",
  };
  const GLYPHS = {
    available: "M18 7 10 18h5l-1.500 8L22 14.500h-5.200z",
    unavailable: "M10.500 10.500l11 11m0-11l-11 11",
    planned: "M16 9.500v6.800l4.500 2.700",
    charging: "M11.500 14h9v4a4.500 4.500 0 0 1-9 0zM13.500 14v-4m5 4v-4m-2.500 12.500v3.500",
    unknown: "M12.500 12.500a3.500 3.500 0 1 1 4.500 3.400c-.700.300-1 .800-1 1.600v.700m0 3.300v.300",
  };
  const STATUSES = Object.keys(GLYPHS);

  function shape(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  const statusOf = (status) => (STATUSES.includes(status) ? status : "unknown");

  PortalMap.pin = (status, isPrivate) => {
    const glyph = statusOf(status);
    const svg = shape("svg", { viewBox: "0 0 32 40", width: 32, height: 40, "aria-hidden": "true" });
    svg.append(shape("path", { class: "map-pin-outline", d: OUTLINES[isPrivate ? "private" : "public"] }));
    if (glyph === "planned") svg.append(shape("circle", { class: "map-pin-glyph", cx: 16, cy: 16, r: 7.5 }));
    svg.append(shape("path", { class: `map-pin-glyph is-${glyph}`, d: GLYPHS[glyph] }));
    const holder = PortalMap.element("span", `map-pin is-${glyph}${isPrivate ? " is-private" : ""}`);
    holder.append(svg);
    return holder;
  };

  const short = (count, language) =>
    new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: count < 1e5 ? 1 : 0 }).format(count);

  function clusterIcon(count, language) {
    const size = count < 10 ? 34 : count < 100 ? 40 : count < 1000 ? 48 : 56;
    const html = PortalMap.element("span", "map-cluster-count", short(count, language));
    return L.divIcon({ html, className: `map-cluster is-${size}`, iconSize: [size, size] });
  }

  function stationIcon(status, isPrivate, offset) {
    const html = PortalMap.pin(status, isPrivate);
    return L.divIcon({ html, className: "map-station", iconSize: [32, 40], iconAnchor: [16 - offset.x, 39 - offset.y] });
  }

  // Enter and Space press the marker as a click does; Leaflet itself hears only some of them.
  function pressable(marker, label, press) {
    marker.on("click", press);
    marker.on("add", () => {
      const element = marker.getElement();
      element.setAttribute("aria-label", label);
      element.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        press();
      });
    });
    return marker;
  }

  // What one feature looks like, as a key: a marker stays (and keeps the focus) while its key stays.
  function plan(features) {
    const wanted = new Map();
    const places = new Map();
    for (const feature of features) {
      const { geometry, properties } = feature || {};
      if (!properties || !geometry || geometry.type !== "Point" || !geometry.coordinates.every(PortalMap.finite)) continue;
      const [lng, lat] = geometry.coordinates;
      const place = `${lng},${lat}`;
      if (properties.cluster) {
        wanted.set(`cluster ${place} ${properties.count}`, { lng, lat, properties });
      } else {
        if (!places.has(place)) places.set(place, []);
        places.get(place).push({ lng, lat, properties });
      }
    }
    for (const [place, stations] of places) {
      const offsets = PortalMap.ring(stations.length);
      stations.forEach((station, i) => {
        const { code, status } = station.properties;
        const look = `${statusOf(status)} ${station.properties.private === true}`;
        wanted.set(`station ${code} ${place} ${look} ${offsets[i].x},${offsets[i].y}`, { ...station, offset: offsets[i] });
      });
    }
    return wanted;
  }

  // The layer of all markers. `onCluster(feature)`, `onStation(code)` are told what was pressed.
  PortalMap.Markers = class {
    constructor(map, words, { language, onCluster, onStation }) {
      Object.assign(this, { map, words, language, onCluster, onStation, shown: new Map(), selected: null });
      this.layer = L.layerGroup().addTo(map);
    }

    show(features) {
      const wanted = plan(features);
      const middle = this.map.getCenter().lng;
      const hadFocus = this.map.getPanes().markerPane.contains(document.activeElement);
      const focused = [...this.shown.values()].find((marker) => marker.getElement() === document.activeElement)?.code;
      for (const [key, marker] of this.shown) {
        if (!wanted.has(key)) {
          this.layer.removeLayer(marker);
          this.shown.delete(key);
        }
      }
      for (const [key, item] of wanted) {
        const at = L.latLng(item.lat, PortalMap.nearCopy(item.lng, middle));
        const marker = this.shown.get(key);
        if (marker) marker.setLatLng(at);
        else this.shown.set(key, this.make(item, at).addTo(this.layer));
      }
      this.select(this.selected);
      if (hadFocus && !this.map.getPanes().markerPane.contains(document.activeElement) && !this.focus(focused)) {
        this.map.getContainer().focus({ preventScroll: true });
      }
    }

    make(item, at) {
      const { properties } = item;
      if (properties.cluster) {
        const count = Number(properties.count);
        const label = this.words("cluster", { count: count.toLocaleString(this.language) });
        const icon = clusterIcon(count, this.language);
        return pressable(L.marker(at, { icon, title: label, riseOnHover: true }), label, () => this.onCluster(item));
      }
      const isPrivate = properties.private === true;
      const label = this.words(isPrivate ? "stationPrivate" : "station", {
        name: properties.name || properties.code, status: this.words(statusOf(properties.status)),
      });
      const marker = L.marker(at, { icon: stationIcon(properties.status, isPrivate, item.offset), title: label, riseOnHover: true });
      marker.code = String(properties.code);
      return pressable(marker, label, () => this.onStation(marker.code));
    }

    select(code) {
      this.selected = code;
      for (const marker of this.shown.values()) {
        const element = marker.code === undefined ? null : marker.getElement();
        if (!element) continue;
        element.classList.toggle("is-selected", marker.code === code);
        element.setAttribute("aria-pressed", String(marker.code === code));
        marker.setZIndexOffset(marker.code === code ? 10000 : 0);
      }
    }

    // Whether the station stands on the map by itself.
    has(code) {
      return [...this.shown.values()].some((marker) => marker.code === code);
    }

    // Gives the focus back to a station's marker; false when it is not on the screen.
    focus(code) {
      for (const marker of this.shown.values()) {
        if (marker.code !== undefined && marker.code === code) {
          marker.getElement().focus({ preventScroll: true });
          return true;
        }
      }
      return false;
    }
  };
})();
