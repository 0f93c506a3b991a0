// What serves a map besides stations: zoom, world, position, sharing, scale, legend, and one line of messages.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const { element } = PortalMap;
  const ICONS = { // drawn in a box of 20
    world: "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM2 10h16M10 2c5 5 5 11 0 16M10 2c-5 5-5 11 0 16",
    share: "M8.500 11.500a3.500 3.500 0 0 0 5 0l3-3a3.500 3.500 0 0 0-5-5l-1 1M11.500 8.500a3.500 3.500 0 0 0-5 0l-3 3a3.500 3.500 0 0 0 5 5l1-1",
    position: "M10 5.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10 1v4.500M10 14.500V19M1 10h4.500M14.500 10H19",
  };

  function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({ viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" })) {
      svg.setAttribute(name, value);
    }
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  // A button with an icon, or with a plain sign; its label is said and shown as a tip.
  function toolButton({ name, label, sign, press }) {
    const button = element("button", `map-button is-${name}`, sign);
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    if (!sign) button.append(icon(ICONS[name]));
    button.addEventListener("click", press);
    return button;
  }

  function buttons(position, list) {
    const control = L.control({ position });
    control.onAdd = () => {
      const bar = element("div", "leaflet-bar map-buttons");
      L.DomEvent.disableClickPropagation(bar);
      bar.append(...list.map(toolButton));
      return bar;
    };
    return control;
  }

  // The drivers' map has its buttons under it: over it, on a phone, they would hide stations.
  PortalMap.toolbar = (map, words, { position, share }) => {
    const bar = element("div", "map-bar");
    const tools = element("div", "map-tools");
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", words("tools"));
    const nearer = toolButton({ name: "in", label: words("zoomIn"), sign: "+", press: () => map.zoomIn() });
    const further = toolButton({ name: "out", label: words("zoomOut"), sign: "−", press: () => map.zoomOut() });
    const whole = toolButton({ name: "world", label: words("wholeWorld"), press: () => PortalMap.showWorld(map) });
    const mine = toolButton({ name: "position", label: words("myPosition"), press: position });
    const give = toolButton({ name: "share", label: words("share"), press: share });
    mine.append(element("span", "map-button-text", words("myPosition")));
    tools.append(nearer, further, whole, mine, give);
    const ends = () => {
      nearer.setAttribute("aria-disabled", String(map.getZoom() >= map.getMaxZoom()));
      further.setAttribute("aria-disabled", String(map.getZoom() <= map.getMinZoom()));
    };
    map.on("zoomend", ends);
    bar.append(tools, legend(words));
    PortalMap.rootOf(map).append(bar);
  };

  // Zoom buttons and scale, on every map; Leaflet's own credit without its flag.
  PortalMap.basics = (map, words, { zoom = true } = {}) => {
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", words("map"));
    map.attributionControl.setPrefix('<a href="https://leafletjs.com" rel="noreferrer">Leaflet</a>');
    if (zoom) L.control.zoom({ zoomInTitle: words("zoomIn"), zoomOutTitle: words("zoomOut") }).addTo(map);
    L.control.scale({ position: "bottomleft", maxWidth: 110 }).addTo(map);
    new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
    PortalMap.rootOf(map).classList.add("is-live");
  };

  PortalMap.showWorld = (map) => {
    const whole = L.latLngBounds([-58, -179], [80, 179]);
    map.setView([30, 0], Math.max(map.getMinZoom(), map.getBoundsZoom(whole)));
  };

  PortalMap.worldControl = (map, words) =>
    buttons("topleft", [{ name: "world", label: words("wholeWorld"), press: () => PortalMap.showWorld(map) }]);

  // Asks the browser for the position, which only a press of a button may do; a refusal is one line of text.
  PortalMap.Position = class {
    constructor(map, words, notes, onFound) {
      Object.assign(this, { map, words, notes, onFound, mark: null });
    }

    ask() {
      const { words, notes } = this;
      if (!navigator.geolocation) {
        notes.say(words("noPosition"));
        return;
      }
      const refused = ({ code }) => notes.say(words(code === 1 ? "positionDenied" : "noPosition"));
      navigator.geolocation.getCurrentPosition(({ coords }) => this.found(coords), refused, { timeout: 10000, maximumAge: 60000 });
    }

    found({ latitude, longitude }) {
      const at = L.latLng(latitude, PortalMap.nearCopy(longitude, this.map.getCenter().lng));
      this.forget();
      const label = this.words("youAreHere");
      const icon = L.divIcon({ className: "map-here", html: element("span"), iconSize: [20, 20] });
      this.mark = L.marker(at, { icon, title: label, keyboard: false, interactive: false, zIndexOffset: -1000 }).addTo(this.map);
      this.onFound(latitude, longitude, at);
      this.notes.say(label);
    }

    forget() {
      if (this.mark) this.mark.remove();
      this.mark = null;
    }
  };

  function legend(words) {
    const box = element("details", "map-legend");
    const rows = element("ul");
    const add = (sign, text) => {
      const row = element("li");
      row.append(sign, element("span", "", text));
      rows.append(row);
    };
    for (const status of ["available", "charging", "unavailable", "planned"]) add(PortalMap.pin(status, false), words(status));
    add(PortalMap.pin("available", true), words("private"));
    add(element("span", "map-legend-cluster", "12"), words("several"));
    box.append(element("summary", "", words("legend")), rows);
    return box;
  }

  // One line over the map: said to screen readers, with a button where something can be done about it.
  PortalMap.Notes = class {
    constructor(root) {
      this.root = root;
      this.box = element("div", "map-note is-quiet");
      this.text = element("span");
      this.box.setAttribute("role", "status");
      this.box.append(this.text);
      this.kind = "";
      this.bar = element("div", "map-progress");
      root.append(this.box, this.bar);
    }

    busy(isBusy, label) {
      this.root.classList.toggle("is-busy", isBusy);
      this.root.setAttribute("aria-busy", String(isBusy));
      this.bar.title = isBusy ? label : "";
    }

    // `kind` names what the line is about, so that the one who said it can take it back and nobody else's.
    say(text, { kind = "", action = null } = {}) {
      this.kind = kind;
      this.box.replaceChildren(this.text);
      this.text.textContent = text;
      this.box.classList.toggle("is-quiet", !text); // stays in the page: a hidden one would not be read out
      this.box.classList.toggle("is-error", Boolean(action));
      if (!action) return;
      const button = element("button", "map-note-button", action.label);
      button.type = "button";
      button.addEventListener("click", action.press);
      this.box.append(button);
    }

    clear(kind = this.kind) {
      if (kind === this.kind) this.say("");
    }
  };
})();
