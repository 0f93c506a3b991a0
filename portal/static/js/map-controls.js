// What stands on the map besides stations: zoom, world, position, scale, legend, and one line of messages.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const { element } = PortalMap;
  const ICONS = { // drawn in a box of 20
    world: "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM2 10h16M10 2c5 5 5 11 0 16M10 2c-5 5-5 11 0 16",
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

  function buttons(position, list) {
    const control = L.control({ position });
    control.onAdd = () => {
      const bar = element("div", "leaflet-bar map-buttons");
      L.DomEvent.disableClickPropagation(bar);
      for (const { name, label, press } of list) {
        const button = element("button", `map-button is-${name}`);
        button.type = "button";
        button.title = label;
        button.setAttribute("aria-label", label);
        button.append(icon(ICONS[name]));
        button.addEventListener("click", press);
        bar.append(button);
      }
      return bar;
    };
    return control;
  }

  // Zoom buttons and scale, on every map; Leaflet's own credit without its flag.
  PortalMap.basics = (map, words) => {
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", words("map"));
    map.attributionControl.setPrefix('<a href="https://leafletjs.com" rel="noreferrer">Leaflet</a>');
    L.control.zoom({ zoomInTitle: words("zoomIn"), zoomOutTitle: words("zoomOut") }).addTo(map);
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

  // Asks the browser for the position only when pressed; a refusal is one line of text.
  PortalMap.positionControl = (map, words, notes) => {
    let here = null;
    const refuse = () => notes.say(words("noPosition"));
    const found = ({ coords }) => {
      const at = L.latLng(coords.latitude, PortalMap.nearCopy(coords.longitude, map.getCenter().lng));
      if (here) here.remove();
      const label = words("youAreHere");
      const mark = L.divIcon({ className: "map-here", html: element("span"), iconSize: [20, 20] });
      here = L.marker(at, { icon: mark, title: label, keyboard: false, interactive: false, zIndexOffset: -1000 }).addTo(map);
      map.setView(at, Math.max(map.getZoom(), 13));
      notes.say(label);
    };
    const press = () => {
      if (!navigator.geolocation) refuse();
      else navigator.geolocation.getCurrentPosition(found, refuse, { timeout: 10000, maximumAge: 60000 });
    };
    return buttons("topleft", [{ name: "position", label: words("myPosition"), press }]);
  };

  PortalMap.legend = (words) => {
    const control = L.control({ position: "bottomright" });
    control.onAdd = () => {
      const box = element("details", "map-legend");
      const rows = element("ul");
      const add = (sign, text) => {
        const row = element("li");
        row.append(sign, element("span", "", text));
        rows.append(row);
      };
      for (const status of ["available", "unavailable", "planned"]) add(PortalMap.pin(status, false), words(status));
      add(PortalMap.pin("available", true), words("private"));
      add(element("span", "map-legend-cluster", "12"), words("several"));
      box.append(element("summary", "", words("legend")), rows);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    return control;
  };

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
